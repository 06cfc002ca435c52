// What people say below an article: counted as it is written, and shown to their friends as an activity.
import type { Activities } from './activities';
import type { QueryCache } from './cache/query-cache';
import type { Database } from './database/database';
import type { Position } from './database/dialect';
import type { CommentInput } from './input';
import { notFound } from './problem';
import { lockUsers } from './user-lock';

export interface Comment {
  id: number;
  author: string;
  body: string;
  createdAt: string;
}

export interface CommentPage {
  /** Of all pages. */
  total: number;
  comments: Comment[];
  /** Where the next page begins; absent on the last one. */
  after?: number;
}

export interface NewComment {
  id: number;
  /** How many there are with it. */
  total: number;
  position: Position;
}

export const commentsPerPage = 50;

const missingReference = 1452;

const toTag = (articleId: number): string => `article-comments:${articleId}`;

export class Comments {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly cache: QueryCache,
    private readonly activities: Activities,
  ) {}

  async add(articleId: number, authorId: number, { body }: CommentInput): Promise<NewComment> {
    const database = this.getDatabase();
    const { sql, now } = database;
    const { result, position } = await database
      .transaction(async (tx) => {
        await lockUsers(tx, sql, [authorId]);
        const { insertId: id } = await tx.write(
          sql.insertInto('comments').values({ article_id: articleId, author_id: authorId, body, created_at: now }),
        );
        await tx.write(
          sql
            .insertInto('article_counts')
            .values({ article_id: articleId, comments: 1 })
            .onDuplicateKeyUpdate((eb) => ({ comments: eb('comments', '+', 1) })),
        );
        const activity = await this.activities.record(tx, { actorId: authorId, kind: 'comment', articleId });
        const [counts] = await tx.read(
          sql.selectFrom('article_counts').select('comments').where('article_id', '=', articleId),
        );
        return { id, total: counts?.comments ?? 1, activity };
      })
      .catch((error: unknown) => {
        throw (error as { errno?: number }).errno === missingReference ? notFound('article') : error;
      });
    await Promise.all([
      this.cache.drop([toTag(articleId)], position),
      this.activities.publish(result.activity, position),
    ]);
    return { id: result.id, total: result.total, position };
  }

  /**
   * The oldest first. The first page is kept: it is part of the article's.
   *
   * @param after only what came after this comment
   * @param position of the reader's own latest write
   */
  list(articleId: number, after?: number, position?: Position): Promise<CommentPage> {
    if (after !== undefined) return this.#read(articleId, after, [position]);
    const load = (positions: readonly Position[]): Promise<CommentPage> => this.#read(articleId, 0, positions);
    return this.cache.get('comments:1', { articleId }, [toTag(articleId)], load, position);
  }

  async #read(articleId: number, after: number, positions: readonly (Position | undefined)[]): Promise<CommentPage> {
    const database = this.getDatabase();
    const { sql } = database;
    const [rows, [counts]] = await Promise.all([
      database.read(
        sql
          .selectFrom('comments as c')
          .innerJoin('users as u', 'u.id', 'c.author_id')
          .select(['c.id', 'u.name as author', 'c.body', 'c.created_at as createdAt'])
          .where('c.article_id', '=', articleId)
          .where('c.id', '>', after)
          .orderBy('c.id')
          .limit(({ lit }) => lit(commentsPerPage)),
        [...positions],
      ),
      database.read(sql.selectFrom('article_counts').select('comments').where('article_id', '=', articleId), [
        ...positions,
      ]),
    ]);
    return {
      total: counts?.comments ?? 0,
      comments: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
      after: rows.length === commentsPerPage ? rows.at(-1)?.id : undefined,
    };
  }
}
