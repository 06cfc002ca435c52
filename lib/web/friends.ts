// Friends: whose activities somebody has in their stream. One direction a row, and nobody needs to accept.
import type { FriendCache } from './cache/friend-cache';
import type { StreamCache } from './cache/stream-cache';
import type { Database } from './database/database';
import type { Position } from './database/dialect';
import { toPictureUrl } from './pictures/pictures';
import { conflict } from './problem';
import { lockUsers } from './user-lock';
import type { User } from './users';

export interface Friend extends User {
  /** Address of their picture; absent while they have none. */
  picture?: string;
}

/** Bounds what the cache holds of one user, and what a list of friends shows. */
export const mostFriends = 1_000;

/** Of what the friend did before, so that the stream of who has just befriended somebody is not empty. */
export const copiedActivities = 50;

export class Friends {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly cache: FriendCache,
    private readonly streamCache: StreamCache,
  ) {}

  /** Undefined when they were friends already: nothing is written then. */
  async add(userId: number, friendId: number): Promise<Position | undefined> {
    if (userId === friendId) throw conflict('Nobody can be their own friend.');
    const database = this.getDatabase();
    const { sql, now } = database;
    const { result: isNew, position } = await database.transaction(async (tx) => {
      await lockUsers(tx, sql, [userId, friendId]);
      const { affectedRows } = await tx.write(
        sql.insertInto('friendships').ignore().values({ user_id: userId, friend_id: friendId, created_at: now }),
      );
      if (affectedRows === 0) return false;
      await tx.write(
        sql
          .insertInto('user_counts')
          .values({ user_id: userId, articles: 0, friends: 1 })
          .onDuplicateKeyUpdate((eb) => ({ friends: eb('friends', '+', 1) })),
      );
      await tx.write(
        sql
          .insertInto('stream')
          .ignore()
          .columns(['user_id', 'activity_id'])
          .expression((eb) =>
            eb
              .selectFrom('friendships as f')
              .innerJoin('activities as a', 'a.actor_id', 'f.friend_id')
              .select(['f.user_id', 'a.id'])
              .where('f.user_id', '=', userId)
              .where('f.friend_id', '=', friendId)
              .orderBy('a.id', 'desc')
              .limit(eb.lit(copiedActivities)),
          ),
      );
      const [counts] = await tx.read(sql.selectFrom('user_counts').select('friends').where('user_id', '=', userId));
      if (counts && counts.friends > mostFriends)
        throw conflict(`You have ${mostFriends} friends, the most there can be: unfriend somebody first.`);
      return true;
    });
    if (!isNew) return undefined;
    await this.#changed(userId, position);
    return position;
  }

  /** Undefined when they were no friends: nothing is written then. */
  async remove(userId: number, friendId: number): Promise<Position | undefined> {
    const database = this.getDatabase();
    const { sql } = database;
    const { result: wasFriend, position } = await database.transaction(async (tx) => {
      await lockUsers(tx, sql, [userId, friendId]);
      const { affectedRows } = await tx.write(
        sql.deleteFrom('friendships').where('user_id', '=', userId).where('friend_id', '=', friendId),
      );
      if (affectedRows === 0) return false;
      await tx.write(
        sql
          .updateTable('user_counts')
          .set((eb) => ({ friends: eb('friends', '-', 1) }))
          .where('user_id', '=', userId)
          .where('friends', '>', 0),
      );
      await tx.write(
        sql
          .deleteFrom('stream')
          .using(['stream', 'activities'])
          .whereRef('activities.id', '=', 'stream.activity_id')
          .where('stream.user_id', '=', userId)
          .where('activities.actor_id', '=', friendId),
      );
      return true;
    });
    if (!wasFriend) return undefined;
    await this.#changed(userId, position);
    return position;
  }

  async has(userId: number, friendId: number): Promise<boolean> {
    return (await this.cache.get(userId, (after) => this.#load(userId, after))).includes(friendId);
  }

  /** Ids of whom both have as a friend, asked of the cache: the database would join two long lists at each look. */
  inCommon(one: number, other: number): Promise<number[]> {
    return this.cache.inCommon(one, other, (userId, after) => this.#load(userId, after));
  }

  /** By name. @param position of the reader's own latest write */
  async list(userId: number, position?: Position): Promise<Friend[]> {
    const database = this.getDatabase();
    const friends = await database.read(
      database.sql
        .selectFrom('friendships as f')
        .innerJoin('users as u', 'u.id', 'f.friend_id')
        .leftJoin('profiles as p', 'p.user_id', 'f.friend_id')
        .select(['u.id', 'u.name', 'p.picture'])
        .where('f.user_id', '=', userId),
      [position],
    );
    return friends
      .map(({ picture, ...user }) => ({ ...user, picture: picture ? toPictureUrl(picture) : undefined }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  async #load(userId: number, after: readonly Position[]): Promise<number[]> {
    const database = this.getDatabase();
    const rows = await database.read(
      database.sql.selectFrom('friendships').select('friend_id as id').where('user_id', '=', userId),
      [...after],
    );
    return rows.map(({ id }) => id);
  }

  async #changed(userId: number, position: Position): Promise<void> {
    await Promise.all([this.cache.changed(userId, position), this.streamCache.changed(userId, position)]);
  }
}
