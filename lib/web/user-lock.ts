// Users who take turns: a transaction that writes activities or friendships begins by locking whom it is about.
import type { Sql, Statement } from './database/sql';
import type { Transaction } from './database/transaction';

/**
 * Without it, somebody who befriends an author just as they publish could miss that article: neither transaction sees
 * the other's row. Always by rising id, and before anything else, so that no two wait for each other. One statement each:
 * a list of ids may be answered by a scan that locks everybody.
 */
export async function lockUsers(tx: Transaction, sql: Sql, userIds: readonly number[]): Promise<void> {
  for (const id of [...userIds].sort((a, b) => a - b)) await tx.read(toLock(sql, id));
}

const toLock = (sql: Sql, id: number): Statement =>
  sql.selectFrom('users').select('id').where('id', '=', id).forUpdate();
