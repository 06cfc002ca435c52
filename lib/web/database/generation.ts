// The driver's pool as made with one set of credentials: after a rotation it is retired, and closes when all are back.
import { createPool, type Pool as DriverPool, type PoolConnection } from 'mysql2/promise';
import type { Credentials } from '../secrets';
import { type Server, toConnectionOptions } from './connection';

export interface PoolOptions extends Server {
  /** Run once on every new connection. */
  sessionSettings: string;
  connectionLimit: number;
}

/** Waiting for a free connection is not bounded by the driver. */
const acquireTimeoutMilliseconds = 1_000;

export class Generation {
  readonly #pool: DriverPool;
  #borrowed = 0;
  #retired = false;

  constructor(
    readonly credentials: Credentials,
    options: PoolOptions,
  ) {
    const { connectionLimit, sessionSettings } = options;
    this.#pool = createPool({
      ...toConnectionOptions(options, credentials),
      connectionLimit,
      maxIdle: connectionLimit,
      waitForConnections: true,
      queueLimit: 4 * connectionLimit,
    });
    this.#pool.on('connection', (connection) => {
      // The event hands out the driver's own connection, whose query takes a callback.
      const raw = connection as unknown as {
        query(sql: string, done: (error: unknown) => void): void;
        destroy(): void;
      };
      raw.query(sessionSettings, (error) => {
        if (error) raw.destroy();
      });
    });
  }

  async borrow(): Promise<PoolConnection> {
    this.#borrowed++;
    const acquired = this.#pool.getConnection();
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isLate = true;
        reject(new Error(`No database connection within ${acquireTimeoutMilliseconds} ms.`));
      }, acquireTimeoutMilliseconds);
    });
    try {
      return await Promise.race([acquired, timeout]);
    } catch (error) {
      // It may still come, and nobody waits for it any more.
      if (isLate) acquired.then((connection) => this.giveBack(connection)).catch(() => this.#countReturn());
      else this.#countReturn();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  giveBack(connection: PoolConnection, isBroken = false): void {
    if (isBroken || this.#retired) connection.destroy();
    else connection.release();
    this.#countReturn();
  }

  /** Whoever waits for one of its connections gets a new one. */
  retire(): void {
    this.#retired = true;
    this.#closeWhenUnused();
  }

  #countReturn(): void {
    this.#borrowed--;
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (this.#retired && this.#borrowed === 0) this.#pool.end().catch(() => undefined);
  }
}
