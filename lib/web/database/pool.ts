// Connections to one database server: bounded in number, in waiting and in time, and dropped when they may be bad.
import type { PoolConnection } from 'mysql2/promise';
import { unavailable } from '../problem';
import { isAccessDenied } from './connection';
import { statementTimeoutMilliseconds } from './dialect';
import { Generation, type PoolOptions } from './generation';
import type { Answer, Query, StateChanges, Value } from './query';

/** What a server answers that became a replica: three ways of saying read-only. */
const readOnlyErrors = [1290, 1792, 1836];

export class Pool {
  #generation: Promise<Generation> | undefined;

  constructor(private readonly options: PoolOptions) {}

  /**
   * Lends one connection to `work`. Only single statements run on it, so it goes back without a transaction or a
   * variable; a reset on release would cost a round trip and erase the session settings.
   */
  async use<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const { generation, connection } = await this.#acquire();
    let isBroken = false;
    try {
      return await work(async (sql, values) => {
        try {
          return await runStatement(connection, sql, values);
        } catch (error) {
          if (isStatementError(error)) throw error;
          isBroken = true;
          throw unavailable('database', error);
        }
      });
    } finally {
      generation.giveBack(connection, isBroken);
    }
  }

  async close(): Promise<void> {
    const generation = await this.#generation?.catch(() => undefined);
    generation?.retire();
  }

  async #acquire(): Promise<{ generation: Generation; connection: PoolConnection }> {
    try {
      const generation = await this.#open();
      try {
        return { generation, connection: await generation.borrow() };
      } catch (error) {
        if (!isAccessDenied(error)) throw error;
        const renewed = await this.#renew(generation);
        return { generation: renewed, connection: await renewed.borrow() };
      }
    } catch (error) {
      throw unavailable('database', error);
    }
  }

  #open(): Promise<Generation> {
    if (!this.#generation) {
      this.#generation = this.options.secret.get().then((credentials) => new Generation(credentials, this.options));
      this.#generation.catch(() => {
        this.#generation = undefined;
      });
    }
    return this.#generation;
  }

  /** After a rotation: new connections use the new credentials, open ones stay good until they are given back. */
  async #renew(refused: Generation): Promise<Generation> {
    const credentials = await this.options.secret.renew();
    const current = await this.#open();
    if (current !== refused || credentials.password === refused.credentials.password) return current;
    const generation = new Generation(credentials, this.options);
    this.#generation = Promise.resolve(generation);
    refused.retire();
    return generation;
  }
}

async function runStatement<Row>(connection: PoolConnection, sql: string, values: Value[]): Promise<Answer<Row>> {
  const [result] = await connection.execute({ sql, values, timeout: statementTimeoutMilliseconds + 500 });
  if (Array.isArray(result)) return { rows: result as Row[], affectedRows: 0, insertId: 0, changes: {} };
  const { affectedRows, insertId, stateChanges } = result as typeof result & { stateChanges?: StateChanges };
  return { rows: [], affectedRows, insertId, changes: stateChanges ?? {} };
}

/** The server refused this statement and the connection is as good as before; anything else is a broken connection. */
function isStatementError(error: unknown): boolean {
  const { sqlState, errno, fatal } = error as { errno?: number; sqlState?: string; fatal?: boolean };
  return sqlState !== undefined && errno !== undefined && !fatal && !readOnlyErrors.includes(errno);
}
