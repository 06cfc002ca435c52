// Where statements go: writes to the primary, reads to a replica that has got far enough, or else to the primary.
import type { Endpoint } from '../env';
import type { Secret } from '../secrets';
import { readSafely, writeSafely } from './again';
import { openConnection } from './connection';
import { type Dialect, type Position, unknownPosition } from './dialect';
import { mariadb } from './mariadb';
import { mysql } from './mysql';
import { Pool } from './pool';
import { createSql, now, type Sql, type Statement, toText } from './sql';
import { runTransaction, type Transaction } from './transaction';

export interface DatabaseOptions {
  primary: Endpoint;
  replicas: Endpoint[];
  secret: Secret;
  tls: boolean;
  /** Connections to each server at most, 1 to 100: the most clones there can be, times this, must fit its limit. */
  poolSize: number;
  onReplicaFailure: (replica: Endpoint, error: unknown) => void;
}

export interface Written {
  affectedRows: number;
  insertId: number;
  position: Position;
}

const dialects: Dialect[] = [mariadb, mysql];

/** A replica that failed or lags is left alone this long, so that not every reader pays for finding out. */
const restMilliseconds = 2_000;

interface Replica {
  endpoint: Endpoint;
  pool: Pool;
  /** Not asked at all before this time. */
  downUntil: number;
  /** Not asked to wait for a position before this time. */
  lateUntil: number;
}

class LateReplica extends Error {}

export class Database {
  /** What statements are written by. */
  readonly sql: Sql = createSql();
  /** The server's time, in statements. */
  readonly now = now;
  readonly #primary: Pool;
  readonly #replicas: Replica[];
  #turn = 0;

  private constructor(
    readonly dialect: Dialect,
    private readonly options: DatabaseOptions,
  ) {
    const { secret, tls, primary, replicas, poolSize } = options;
    const toPool = (endpoint: Endpoint): Pool =>
      new Pool({ endpoint, secret, tls, sessionSettings: dialect.sessionSettings, connectionLimit: poolSize });
    this.#primary = toPool(primary);
    this.#replicas = replicas.map((endpoint) => ({ endpoint, pool: toPool(endpoint), downUntil: 0, lateUntil: 0 }));
  }

  /** Asks the primary what it is, which also proves that it can be reached. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const { primary: endpoint, secret, tls } = options;
    const connection = await openConnection({ endpoint, secret, tls });
    try {
      const [rows] = await connection.query({ sql: 'SELECT VERSION() AS version', timeout: 3_000 });
      const version = (rows as { version: string }[])[0]?.version ?? '';
      const dialect = dialects.find((candidate) => candidate.isVersion(version));
      if (!dialect) throw new Error(`The database must be MySQL or MariaDB, got: ${version}.`);
      return new Database(dialect, options);
    } finally {
      connection.destroy();
    }
  }

  /** One statement, committed when it returns. */
  async write(statement: Statement): Promise<Written> {
    const { sql, values } = toText(statement);
    const answer = await writeSafely(() => this.#primary.use((query) => query(sql, values)));
    const { affectedRows, insertId, changes } = answer;
    return { affectedRows, insertId, position: this.dialect.findPosition(changes) ?? unknownPosition };
  }

  /**
   * All that `work` asks of `tx`, committed when it returns, or nothing. It may run again after a deadlock or a
   * failover: what it does besides must be harmless to do twice.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<{ result: T; position: Position }> {
    return writeSafely(() => this.#primary.lend((lent) => runTransaction(lent, this.dialect, work)));
  }

  /** Rows that hold at least what was written up to each of the positions. */
  async read<Row>(statement: Statement<Row>, after: (Position | undefined)[] = []): Promise<Row[]> {
    const positions = [...new Set(after.filter((position) => position !== undefined))];
    const replica = positions.includes(unknownPosition) ? undefined : this.#findReplica(positions.length > 0);
    if (!replica) return this.readPrimary(statement);
    try {
      return await this.#readReplica(replica, statement, positions);
    } catch (error) {
      if (error instanceof LateReplica) replica.lateUntil = Date.now() + restMilliseconds;
      else replica.downUntil = Date.now() + restMilliseconds;
      this.options.onReplicaFailure(replica.endpoint, error);
      return this.readPrimary(statement);
    }
  }

  /** For what must be the latest: sign-in, and whatever is read in order to be written. */
  async readPrimary<Row>(statement: Statement<Row>): Promise<Row[]> {
    const { sql, values } = toText(statement);
    return (await readSafely(() => this.#primary.use((query) => query<Row>(sql, values)))).rows;
  }

  async close(): Promise<void> {
    await Promise.all([this.#primary.close(), ...this.#replicas.map(({ pool }) => pool.close())]);
  }

  #readReplica<Row>(replica: Replica, statement: Statement<Row>, positions: Position[]): Promise<Row[]> {
    const { sql, values } = toText(statement);
    return replica.pool.use(async (query) => {
      // On the same connection: an endpoint may stand for several servers.
      for (const position of positions) {
        if (!(await this.dialect.waitFor(query, position))) throw new LateReplica(`Has not reached ${position}.`);
      }
      return (await query<Row>(sql, values)).rows;
    });
  }

  /** The next in turn of those that are not at rest. */
  #findReplica(mustWait: boolean): Replica | undefined {
    const now = Date.now();
    const fit = this.#replicas.filter(({ downUntil, lateUntil }) => now >= downUntil && !(mustWait && now < lateUntil));
    return fit[this.#turn++ % fit.length];
  }
}
