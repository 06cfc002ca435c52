// What people do: written once for whoever asks what they did, and once more into the stream of each who follows them.
import type { StreamCache } from './cache/stream-cache';
import type { Database } from './database/database';
import type { Position } from './database/dialect';
import type { Transaction } from './database/transaction';

export interface Activity {
  actorId: number;
  kind: 'article' | 'comment';
  articleId: number;
}

/** An activity that is written, and whose streams it is in. */
export interface Recorded {
  id: number;
  readerIds: number[];
}

export class Activities {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly cache: StreamCache,
  ) {}

  /**
   * Writing costs a row for each reader, so that looking, which is far more frequent, costs none.
   *
   * @param tx the transaction of what was done; it has locked the actor (user-lock.ts), and writes nothing after this:
   *   what is read here fixes what it sees, and MariaDB refuses to change a row that is newer
   */
  async record(tx: Transaction, { actorId, kind, articleId }: Activity): Promise<Recorded> {
    const { sql, now } = this.getDatabase();
    const { insertId: id } = await tx.write(
      sql.insertInto('activities').values({ actor_id: actorId, kind, article_id: articleId, created_at: now }),
    );
    await tx.write(
      sql
        .insertInto('stream')
        .columns(['user_id', 'activity_id'])
        .expression((eb) =>
          eb
            .selectFrom('activities as a')
            .innerJoin('friendships as f', 'f.friend_id', 'a.actor_id')
            .select(['f.user_id', 'a.id'])
            .where('a.id', '=', id),
        ),
    );
    const readers = await tx.read(sql.selectFrom('stream').select('user_id as id').where('activity_id', '=', id));
    return { id, readerIds: readers.map((reader) => reader.id) };
  }

  /** Once that transaction is committed. @param position where it ended */
  async publish({ id, readerIds }: Recorded, position: Position): Promise<void> {
    if (readerIds.length > 0) await this.cache.push(readerIds, id, position);
  }
}
