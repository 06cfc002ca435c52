// A connection while somebody has borrowed it: each statement is answered in time, and nothing runs on it afterwards.
import type { PoolConnection } from 'mysql2/promise';
import { unavailable } from '../problem';
import { statementTimeoutMilliseconds } from './dialect';
import { isOverLimit, isReadOnly, isStatementError, Late, Lost } from './outcome';
import type { Answer, Query, StateChanges, Value } from './query';

/** The server was asked to give up before. */
const answerTimeoutMilliseconds = statementTimeoutMilliseconds + 500;

/** More statements are prepared than the server allows of all its clients; without preparing it answers the same. */
const tooManyPrepared = 1461;

/** What the driver tells of a statement without rows. */
interface Done {
  affectedRows: number;
  insertId: number;
  serverStatus: number;
  stateChanges?: StateChanges;
}

/** The bit of the status that servers send with it. */
const inTransaction = 1;

export class Lent {
  #isBroken = false;
  #isDemoted = false;
  #isInTransaction = false;
  #isOver = false;

  constructor(private readonly connection: PoolConnection) {}

  /** Whether it must not be lent again. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether its server turned out to be a replica by now: so will the others to the same address. */
  get isDemoted(): boolean {
    return this.#isDemoted;
  }

  /** One statement, prepared: values never become part of its text. */
  readonly query: Query = <Row>(sql: string, values: Value[]) =>
    this.#answer<Row>(async () => {
      try {
        return await this.connection.execute({ sql, values });
      } catch (error) {
        if ((error as { errno?: number }).errno !== tooManyPrepared) throw error;
        return this.connection.query({ sql, values });
      }
    });

  /** One statement of a kind that servers do not prepare. */
  command(sql: string): Promise<Answer<never>> {
    return this.#answer(() => this.connection.query(sql));
  }

  /** Ends it for whoever uses it, and for everybody after: the server undoes what was not committed. */
  drop(): void {
    this.#isBroken = true;
    this.connection.destroy();
  }

  /**
   * From now on a borrower who kept it by mistake cannot run anything between the statements of the next one; and who
   * left a transaction open has lost it.
   */
  end(): void {
    this.#isOver = true;
    if (this.#isInTransaction) this.drop();
  }

  async #answer<Row>(run: () => Promise<[unknown, unknown]>): Promise<Answer<Row>> {
    if (this.#isOver) throw new Error('This connection was given back: every statement must be awaited before.');
    try {
      const [result] = await inTime(run(), answerTimeoutMilliseconds);
      return this.#toAnswer(result);
    } catch (error) {
      const isRefused = isStatementError(error);
      if (isRefused && !isOverLimit(error)) throw error;
      // Late, it may still be at work, and the next statement would wait behind it.
      if (!isRefused) this.drop();
      this.#isDemoted ||= isReadOnly(error);
      // The driver's refusal of values that are none: a bug of ours, and nothing that time mends.
      if (error instanceof TypeError) throw error;
      throw unavailable('database', isRefused || error instanceof Late ? error : new Lost('Lost', { cause: error }));
    }
  }

  #toAnswer<Row>(result: unknown): Answer<Row> {
    if (Array.isArray(result)) return { rows: result as Row[], affectedRows: 0, insertId: 0, changes: {} };
    const { affectedRows, insertId, serverStatus, stateChanges } = result as Done;
    this.#isInTransaction = (serverStatus & inTransaction) !== 0;
    return { rows: [], affectedRows, insertId, changes: stateChanges ?? {} };
  }
}

/** The driver's own limit begins when a statement has been prepared: on a silent connection that is never. */
export async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`No answer within ${milliseconds} ms.`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
