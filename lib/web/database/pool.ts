// Connections to one database server: bounded in number, in waiting and in time, and dropped when they may be bad.
import type { PoolConnection } from 'mysql2/promise';
import { unavailable } from '../problem';
import { isAccessDenied } from './connection';
import { Generation, type PoolOptions } from './generation';
import { Lent } from './lent';
import { Undone } from './outcome';
import type { Query } from './query';

export class Pool {
  #generation: Promise<Generation> | undefined;

  constructor(private readonly options: PoolOptions) {}

  /**
   * Lends one connection to `work`. Only single statements run on it, so it goes back without a transaction or a
   * variable; a reset on release would cost a round trip and erase the session settings.
   */
  use<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.lend(({ query }) => work(query));
  }

  /** For more than single statements: whatever begins with them must have ended when `work` does. */
  async lend<T>(work: (lent: Lent) => Promise<T>): Promise<T> {
    const { generation, connection } = await this.#acquire();
    const lent = new Lent(connection);
    try {
      return await work(lent);
    } finally {
      lent.end();
      if (lent.isDemoted) await this.#leave(generation);
      generation.giveBack(connection, lent.isBroken);
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
      // What has no code came from here: too many wait already, and trying again would make it more.
      const isUnreached = (error as { code?: string }).code !== undefined;
      throw unavailable('database', isUnreached ? new Undone('Not connected', { cause: error }) : error);
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

  /** After a failover: new connections ask again who the address belongs to, and none of the old ones is lent again. */
  async #leave(demoted: Generation): Promise<void> {
    const current = await this.#generation?.catch(() => undefined);
    if (current === demoted) this.#generation = undefined;
    demoted.retire();
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
