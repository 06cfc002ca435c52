// Where statements go: writes to the primary, reads to a replica that has got far enough, or else to the primary.
import type { Endpoint } from '../env';
import type { Secret } from '../secrets';
import { readSafely, writeSafely } from './again';
import { openConnection, type Server } from './connection';
import { type Dialect, type Position, unknownPosition } from './dialect';
import { mariadb } from './mariadb';
import { mysql } from './mysql';
import { Pool } from './pool';
import { Replicas } from './replicas';
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

export class Database {
  /** What statements are written by. */
  readonly sql: Sql = createSql();
  /** The server's time, in statements. */
  readonly now = now;
  readonly #primary: Pool;
  readonly #replicas: Replicas;

  private constructor(
    readonly dialect: Dialect,
    options: DatabaseOptions,
  ) {
    const { secret, tls, primary, replicas: endpoints, poolSize, onReplicaFailure } = options;
    const toPool = (endpoint: Endpoint): Pool =>
      new Pool({ endpoint, secret, tls, sessionSettings: dialect.sessionSettings, connectionLimit: poolSize });
    this.#primary = toPool(primary);
    this.#replicas = new Replicas({ endpoints, toPool, dialect, onFailure: onReplicaFailure });
  }

  /** Asks what the servers are, which also proves that one of them can be reached: reads need no primary. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    return new Database(await findDialect(options), options);
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
    const { sql, values } = toText(statement);
    const rows = positions.includes(unknownPosition)
      ? undefined
      : await this.#replicas.find<Row>(sql, values, positions);
    return rows ?? this.readPrimary(statement);
  }

  /** For what must be the latest: sign-in, and whatever is read in order to be written. */
  async readPrimary<Row>(statement: Statement<Row>): Promise<Row[]> {
    const { sql, values } = toText(statement);
    return (await readSafely(() => this.#primary.use((query) => query<Row>(sql, values)))).rows;
  }

  /** Replicas that have not got there answer nobody until they have. @param position of a write some time ago */
  async verifyReplicas(position: Position): Promise<void> {
    if (position !== unknownPosition) await this.#replicas.verifyReached(position);
  }

  async close(): Promise<void> {
    await Promise.all([this.#primary.close(), this.#replicas.close()]);
  }
}

/** The first server that answers says what all are. */
async function findDialect({ primary, replicas, secret, tls }: DatabaseOptions): Promise<Dialect> {
  const failures: unknown[] = [];
  for (const endpoint of [primary, ...replicas]) {
    try {
      return await askDialect({ endpoint, secret, tls });
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}

async function askDialect(server: Server): Promise<Dialect> {
  const connection = await openConnection(server);
  try {
    const [rows] = await connection.query({ sql: 'SELECT VERSION() AS version', timeout: 3_000 });
    const version = (rows as { version: string }[])[0]?.version ?? '';
    const dialect = dialects.find((candidate) => candidate.isVersion(version));
    if (!dialect) throw new Error(`The database must be MySQL or MariaDB, got: ${version}.`);
    return dialect;
  } finally {
    connection.destroy();
  }
}
