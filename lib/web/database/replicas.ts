// The replicas of a database: asked in turn, left alone while they fail or lag, and asked again by themselves.
import type { Endpoint } from '../env';
import type { Dialect, Position } from './dialect';
import { isOverLimit, isStatementError } from './outcome';
import type { Pool } from './pool';
import type { Query, Value } from './query';

/** A replica that failed or lags is left alone this long, so that not every reader pays for finding out. */
const restMilliseconds = 2_000;

interface Replica {
  readonly endpoint: Endpoint;
  readonly pool: Pool;
  /** Not asked at all before this time. */
  downUntil: number;
  /** Not asked to wait for a position before this time. */
  lateUntil: number;
  /** Whether even those who may see old rows would see too old ones. */
  isFarBehind: boolean;
}

export interface ReplicasOptions {
  endpoints: readonly Endpoint[];
  toPool: (endpoint: Endpoint) => Pool;
  dialect: Dialect;
  onFailure: (replica: Endpoint, error: unknown) => void;
}

class LateReplica extends Error {}

export class Replicas {
  readonly #replicas: readonly Replica[];
  #turn = 0;

  constructor(private readonly options: ReplicasOptions) {
    const { endpoints, toPool } = options;
    this.#replicas = endpoints.map((endpoint) => ({
      endpoint,
      pool: toPool(endpoint),
      downUntil: 0,
      lateUntil: 0,
      isFarBehind: false,
    }));
  }

  /** Undefined when none can answer now: the primary may. */
  async find<Row>(sql: string, values: Value[], positions: readonly Position[]): Promise<Row[] | undefined> {
    const replica = this.#next(positions.length > 0);
    if (!replica) return undefined;
    try {
      return await this.#use(replica, positions, async (query) => (await query<Row>(sql, values)).rows);
    } catch (error) {
      // Too much for one server is too much for another.
      if (isOverLimit((error as { cause?: unknown }).cause)) throw error;
      return undefined;
    }
  }

  /** Those that have not got there by now answer nobody until they have. @param position of some time ago */
  async verifyReached(position: Position): Promise<void> {
    await Promise.all(
      this.#replicas.map(async (replica) => {
        try {
          await this.#use(replica, [position], async () => undefined);
          replica.isFarBehind = false;
        } catch (error) {
          if (error instanceof LateReplica) replica.isFarBehind = true;
        }
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map(({ pool }) => pool.close()));
  }

  async #use<T>(replica: Replica, positions: readonly Position[], work: (query: Query) => Promise<T>): Promise<T> {
    const { dialect, onFailure } = this.options;
    try {
      const result = await replica.pool.use(async (query) => {
        // On the same connection: an endpoint may stand for several servers.
        for (const position of positions) {
          if (!(await dialect.waitFor(query, position))) throw new LateReplica(`Has not reached ${position}.`);
        }
        return work(query);
      });
      replica.downUntil = 0;
      if (positions.length > 0) replica.lateUntil = 0;
      return result;
    } catch (error) {
      const until = Date.now() + restMilliseconds;
      if (error instanceof LateReplica) replica.lateUntil = until;
      // Refusing one statement, for a table that has not come yet, say, is no failure of the server.
      else if (!isStatementError(error)) replica.downUntil = until;
      onFailure(replica.endpoint, error);
      throw error;
    }
  }

  /** The next in turn of those that are not at rest; after a rest one reader finds out for all. */
  #next(mustWait: boolean): Replica | undefined {
    const now = Date.now();
    const fit = this.#replicas.filter(
      ({ isFarBehind, downUntil, lateUntil }) => !isFarBehind && now >= downUntil && !(mustWait && now < lateUntil),
    );
    const replica = fit[this.#turn++ % fit.length];
    if (replica && replica.downUntil > 0) replica.downUntil = now + restMilliseconds;
    if (replica && mustWait && replica.lateUntil > 0) replica.lateUntil = now + restMilliseconds;
    return replica;
  }
}
