// Several statements that happen together or not at all, on one connection of the primary.
import { unavailable } from '../problem';
import { type Dialect, type Position, unknownPosition } from './dialect';
import { inTime, type Lent } from './lent';
import { isLockError, isLost, isStatementError, Late, Undone } from './outcome';
import type { Answer } from './query';
import { type Statement, toText } from './sql';

export interface Transaction {
  write(statement: Statement): Promise<{ affectedRows: number; insertId: number }>;
  /** Sees what this transaction has written. */
  read<Row>(statement: Statement<Row>): Promise<Row[]>;
}

/** Others wait for its locks: whoever is slower than this has lost them. */
const transactionTimeoutMilliseconds = 5_000;

/** Runs `work` once, from the first statement to the commit; whatever it throws is thrown after all has been undone. */
export async function runTransaction<T>(
  lent: Lent,
  dialect: Dialect,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ result: T; position: Position }> {
  const result = await runUncommitted(lent, work);
  const { changes } = await commit(lent);
  return { result, position: dialect.findPosition(changes) ?? unknownPosition };
}

async function runUncommitted<T>(lent: Lent, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const { tx, verifyWhole } = createTransaction(lent);
  try {
    // Not prepared: servers refuse that.
    await lent.command('START TRANSACTION');
    const result = await inTime(work(tx), transactionTimeoutMilliseconds);
    verifyWhole();
    return result;
  } catch (error) {
    if (error instanceof Late) lent.drop();
    if (!lent.isBroken) await lent.command('ROLLBACK').catch(() => lent.drop());
    if (isLost(error)) throw unavailable('database', new Undone('Not committed', { cause: error }));
    throw error instanceof Late ? unavailable('database', error) : error;
  }
}

/** After a deadlock the server has undone what came before: what came after would be committed alone. */
function createTransaction(lent: Lent): { tx: Transaction; verifyWhole: () => void } {
  let broken: unknown;
  const verifyWhole = (): void => {
    if (broken) throw broken;
  };
  const run = async <Row>(statement: Statement<Row>): Promise<Answer<Row>> => {
    verifyWhole();
    const { sql, values } = toText(statement);
    try {
      return await lent.query<Row>(sql, values);
    } catch (error) {
      if (lent.isBroken || isLockError(error)) broken ??= error;
      throw error;
    }
  };
  const write: Transaction['write'] = async (statement) => {
    const { affectedRows, insertId } = await run(statement);
    return { affectedRows, insertId };
  };
  return { tx: { write, read: async (statement) => (await run(statement)).rows }, verifyWhole };
}

/** Once it has been sent, only its answer tells whether it happened; a refusal has undone everything. */
async function commit(lent: Lent): Promise<Answer<never>> {
  try {
    return await lent.command('COMMIT');
  } catch (error) {
    lent.drop();
    throw isStatementError(error) ? unavailable('database', error) : error;
  }
}
