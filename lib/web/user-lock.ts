// Users who take turns: a transaction that writes activities or friendships begins by locking whom it is about.
import type { Sql, Statement } from './database/sql';
import type { Transaction } from './database/transaction';

/**
 * Who publishes writes into the streams of those who befriend them, and who befriends them reads what they published:
 * without turns they meet in deadlocks, which are undone and tried again, one in ten when a few friends are busy. By
 * rising id and before anything else, so that no two wait for each other. One statement each: a list of ids may be
 * answered by a scan, which locks everybody.
 */
export async function lockUsers(tx: Transaction, sql: Sql, userIds: readonly number[]): Promise<void> {
  for (const id of [...userIds].sort((a, b) => a - b)) await tx.read(toLock(sql, id));
}

const toLock = (sql: Sql, id: number): Statement =>
  sql.selectFrom('users').select('id').where('id', '=', id).forUpdate();
