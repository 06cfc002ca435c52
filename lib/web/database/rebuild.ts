// Makes again what is denormalized, from what it was made of: while the app writes, a few people at a time.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { copiedActivities } from '../friends';
import { Problem } from '../problem';
import type { Database } from './database';
import { raw } from './sql';
import type { Transaction } from './transaction';

/** How many rows were not as they should be. */
export interface Rebuilt {
  table: 'user_counts' | 'article_counts' | 'stream';
  wrong: number;
}

/** People or articles of one transaction, each of which locks what it corrects. */
const batchSize = 200;

/** A busy primary is asked again for about a quarter of a minute. */
const attempts = 30;
const pauseMilliseconds = 500;

/** From the first, up to and without the second. */
type Range = readonly [from: number, to: number];
type Rebuild = (tx: Transaction, range: Range) => Promise<number>;

const parts: readonly { table: Rebuilt['table']; of: 'users' | 'articles'; rebuild: Rebuild }[] = [
  { table: 'user_counts', of: 'users', rebuild: rebuildUserCounts },
  { table: 'article_counts', of: 'articles', rebuild: rebuildArticleCounts },
  { table: 'stream', of: 'users', rebuild: rebuildStreams },
];

/** What is cached of it stays until it is old. @throws Problem when the primary is away; what was done until then stays */
export async function rebuild(database: Database): Promise<Rebuilt[]> {
  const rebuilt: Rebuilt[] = [];
  for (const { table, of, rebuild: rebuildRange } of parts) {
    let wrong = 0;
    for await (const range of toRanges(database, of))
      wrong += (await patiently(() => database.transaction((tx) => rebuildRange(tx, range)))).result;
    rebuilt.push({ table, wrong });
  }
  return rebuilt;
}

/** Nobody waits for it, and doing it twice changes nothing: people who write come first. */
async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Problem) || error.statusCode !== 503 || n === attempts) throw error;
      await sleep(pauseMilliseconds);
    }
  }
}

/** A few at a time, by their ids, to the end. */
async function* toRanges(database: Database, of: 'users' | 'articles'): AsyncGenerator<Range> {
  for (let from = 0; ; ) {
    const rows = await database.readPrimary(
      database.sql
        .selectFrom(of)
        .select('id')
        .where('id', '>=', from)
        .orderBy('id')
        .limit(({ lit }) => lit(batchSize)),
    );
    const last = rows.at(-1);
    if (!last) return;
    yield [from, last.id + 1];
    from = last.id + 1;
  }
}

/**
 * First the counts are locked, and only then is anything counted: whoever writes an article has counted it before, or
 * waits and counts it on top.
 */
async function rebuildUserCounts(tx: Transaction, [from, to]: Range): Promise<number> {
  await tx.read(raw(sql`SELECT user_id FROM user_counts WHERE user_id >= ${from} AND user_id < ${to} FOR UPDATE`));
  const rows = await tx.read(
    raw<{ id: number; articles: number; friends: number }>(sql`
      SELECT * FROM (
        SELECT u.id, (SELECT COUNT(*) FROM articles WHERE author_id = u.id) AS articles,
          (SELECT COUNT(*) FROM friendships WHERE user_id = u.id) AS friends,
          COALESCE(n.articles, 0) AS hadArticles, COALESCE(n.friends, 0) AS hadFriends
        FROM users u LEFT JOIN user_counts n ON n.user_id = u.id WHERE u.id >= ${from} AND u.id < ${to}
      ) counted WHERE articles <> hadArticles OR friends <> hadFriends`),
  );
  for (const { id, articles, friends } of rows) {
    await tx.write(
      raw(sql`REPLACE INTO user_counts (user_id, articles, friends) VALUES (${id}, ${articles}, ${friends})`),
    );
  }
  return rows.length;
}

async function rebuildArticleCounts(tx: Transaction, [from, to]: Range): Promise<number> {
  await tx.read(
    raw(sql`SELECT article_id FROM article_counts WHERE article_id >= ${from} AND article_id < ${to} FOR UPDATE`),
  );
  const rows = await tx.read(
    raw<{ id: number; comments: number }>(sql`
      SELECT * FROM (
        SELECT a.id, (SELECT COUNT(*) FROM comments WHERE article_id = a.id) AS comments,
          COALESCE(n.comments, 0) AS hadComments
        FROM articles a LEFT JOIN article_counts n ON n.article_id = a.id WHERE a.id >= ${from} AND a.id < ${to}
      ) counted WHERE comments <> hadComments`),
  );
  for (const { id, comments } of rows)
    await tx.write(raw(sql`REPLACE INTO article_counts (article_id, comments) VALUES (${id}, ${comments})`));
  return rows.length;
}

/**
 * What is of nobody's friend goes; what a friend did since, and the last they did before, comes. Meanwhile nobody of these
 * makes or loses a friend, and what their friends do is written by who does it.
 */
async function rebuildStreams(tx: Transaction, [from, to]: Range): Promise<number> {
  await tx.read(raw(sql`SELECT user_id FROM friendships WHERE user_id >= ${from} AND user_id < ${to} FOR UPDATE`));
  const gone = await tx.write(
    raw(sql`
      DELETE FROM stream WHERE user_id >= ${from} AND user_id < ${to} AND NOT EXISTS (
        SELECT 1 FROM activities d JOIN friendships f ON f.friend_id = d.actor_id
        WHERE d.id = stream.activity_id AND f.user_id = stream.user_id)`),
  );
  const come = await tx.write(
    raw(sql`
      INSERT IGNORE INTO stream (user_id, activity_id)
      SELECT user_id, id FROM (
        SELECT f.user_id, d.id, d.created_at >= f.created_at AS isSince, ROW_NUMBER() OVER (
            PARTITION BY f.user_id, f.friend_id, d.created_at >= f.created_at ORDER BY d.id DESC) AS place
        FROM friendships f JOIN activities d ON d.actor_id = f.friend_id
        WHERE f.user_id >= ${from} AND f.user_id < ${to}
      ) done WHERE isSince OR place <= ${copiedActivities}`),
  );
  return gone.affectedRows + come.affectedRows;
}
