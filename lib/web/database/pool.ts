// Connections to one database server: bounded in number, in waiting and in time, and dropped when they may be bad.
import { createPool, type Pool as DriverPool, type PoolConnection } from 'mysql2/promise';
import { unavailable } from '../problem';
import type { Credentials } from '../secrets';
import { isAccessDenied, type Server, toConnectionOptions } from './connection';
import { statementTimeoutMilliseconds } from './dialect';

/** What the server says in passing about the session, if asked to. */
export interface StateChanges {
  systemVariables?: Record<string, string>;
  gtids?: string[];
}

export type Value = string | number | null;

export interface Answer<Row> {
  rows: Row[];
  affectedRows: number;
  insertId: number;
  changes: StateChanges;
}

export type Query = <Row = never>(sql: string, values: Value[]) => Promise<Answer<Row>>;

interface PoolOptions extends Server {
  /** Run once on every new connection. */
  sessionSettings: string;
  connectionLimit: number;
}

/** Waiting for a free connection is not bounded by the driver. */
const acquireTimeoutMilliseconds = 1_000;

/** What a server answers that became a replica: 1290, 1792 and 1836 are three ways of saying read-only. */
const readOnlyErrors = [1290, 1792, 1836];

interface DriverError extends Error {
  code?: string;
  errno?: number;
  sqlState?: string;
  fatal?: boolean;
}

/** The driver's pool as made with one set of credentials; a retired one closes when its last borrower returns. */
interface Generation {
  pool: DriverPool;
  credentials: Credentials;
  borrowed: number;
  retired: boolean;
}

export class Pool {
  #generation: Promise<Generation> | undefined;

  constructor(private readonly options: PoolOptions) {}

  /**
   * Lends one connection to `work`. Only single statements run on it, so it goes back without a transaction or a
   * variable; a reset on release would cost a round trip and erase the session settings.
   */
  async use<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const { generation, connection } = await this.#acquire();
    let broken = false;
    try {
      return await work(async (sql, values) => {
        try {
          return await runStatement(connection, sql, values);
        } catch (error) {
          if (isStatementError(error)) throw error;
          broken = true;
          throw unavailable('database', error);
        }
      });
    } finally {
      if (broken) connection.destroy();
      else connection.release();
      giveBack(generation);
    }
  }

  async close(): Promise<void> {
    const generation = await this.#generation?.catch(() => undefined);
    if (generation) retire(generation);
  }

  async #acquire(): Promise<{ generation: Generation; connection: PoolConnection }> {
    try {
      const generation = await this.#open();
      try {
        return await borrow(generation);
      } catch (error) {
        if (!isAccessDenied(error)) throw error;
        return await borrow(await this.#renew(generation));
      }
    } catch (error) {
      throw unavailable('database', error);
    }
  }

  #open(): Promise<Generation> {
    if (!this.#generation) {
      this.#generation = this.options.secret.get().then((credentials) => this.#toGeneration(credentials));
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
    const generation = this.#toGeneration(credentials);
    this.#generation = Promise.resolve(generation);
    retire(refused);
    return generation;
  }

  #toGeneration(credentials: Credentials): Generation {
    const { connectionLimit, sessionSettings } = this.options;
    const pool = createPool({
      ...toConnectionOptions(this.options, credentials),
      connectionLimit,
      maxIdle: connectionLimit,
      waitForConnections: true,
      queueLimit: 4 * connectionLimit,
    });
    pool.on('connection', (connection) => {
      // The event hands out the driver's own connection, whose query takes a callback.
      const raw = connection as unknown as { query(sql: string, done: (error: unknown) => void): void; destroy(): void };
      raw.query(sessionSettings, (error) => {
        if (error) raw.destroy();
      });
    });
    return { pool, credentials, borrowed: 0, retired: false };
  }
}

async function borrow(generation: Generation): Promise<{ generation: Generation; connection: PoolConnection }> {
  generation.borrowed++;
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const acquired = generation.pool.getConnection();
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Error(`No database connection within ${acquireTimeoutMilliseconds} ms.`));
    }, acquireTimeoutMilliseconds);
  });
  try {
    return { generation, connection: await Promise.race([acquired, timeout]) };
  } catch (error) {
    // It may still come: nobody waits for it any more.
    if (late) acquired.then((connection) => connection.release()).catch(() => undefined).finally(() => giveBack(generation));
    else giveBack(generation);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function giveBack(generation: Generation): void {
  generation.borrowed--;
  if (generation.retired && generation.borrowed === 0) generation.pool.end().catch(() => undefined);
}

function retire(generation: Generation): void {
  generation.retired = true;
  if (generation.borrowed === 0) generation.pool.end().catch(() => undefined);
}

async function runStatement<Row>(connection: PoolConnection, sql: string, values: Value[]): Promise<Answer<Row>> {
  const [result] = await connection.execute({ sql, values, timeout: statementTimeoutMilliseconds + 500 });
  if (Array.isArray(result)) return { rows: result as Row[], affectedRows: 0, insertId: 0, changes: {} };
  const { affectedRows, insertId, stateChanges } = result as typeof result & { stateChanges?: StateChanges };
  return { rows: [], affectedRows, insertId, changes: stateChanges ?? {} };
}

/** The server refused this statement and the connection is as good as before; anything else is a broken connection. */
function isStatementError(error: unknown): boolean {
  const { sqlState, errno, fatal } = error as DriverError;
  return sqlState !== undefined && errno !== undefined && !fatal && !readOnlyErrors.includes(errno);
}
