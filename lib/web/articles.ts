// Articles: written to the primary, read from replicas, and kept rendered in the objects cache.
import type { Activities } from './activities';
import { type ArticleCache, toPosition } from './article-cache';
import type { Database, Written } from './database/database';
import type { Position } from './database/dialect';
import type { ArticleInput } from './input';
import { renderArticleBody } from './pages/article-body';
import { forbidden, notFound } from './problem';
import { lockUsers } from './user-lock';

export interface Article extends ArticleInput {
  id: number;
  authorId: number;
  author: string;
  createdAt: string;
  updatedAt: string;
  /** The body as an HTML fragment. */
  html: string;
}

export type ArticleSummary = Pick<Article, 'id' | 'title' | 'author' | 'createdAt'> & { excerpt: string };

export const articlesPerPage = 20;

export class Articles {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly cache: ArticleCache<Article>,
    private readonly activities: Activities,
  ) {}

  async create(authorId: number, { title, body }: ArticleInput): Promise<{ id: number; position: Position }> {
    const database = this.getDatabase();
    const { sql, now } = database;
    const { result, position } = await database.transaction(async (tx) => {
      await lockUsers(tx, sql, [authorId]);
      const { insertId: id } = await tx.write(
        sql.insertInto('articles').values({ author_id: authorId, title, body, created_at: now, updated_at: now }),
      );
      await tx.write(
        sql
          .insertInto('user_counts')
          .values({ user_id: authorId, articles: 1, friends: 0 })
          .onDuplicateKeyUpdate((eb) => ({ articles: eb('articles', '+', 1) })),
      );
      return { id, activity: await this.activities.record(tx, { actorId: authorId, kind: 'article', articleId: id }) };
    });
    // Nobody has it cached; the marker spares other readers a replica that has not got it yet.
    await this.cache.markWritten(result.id, position);
    await this.activities.publish(result.activity, position);
    return { id: result.id, position };
  }

  async update(id: number, authorId: number, { title, body }: ArticleInput): Promise<Written> {
    await this.cache.markPending(id);
    const database = this.getDatabase();
    const { sql, now } = database;
    const written = await database.write(
      sql
        .updateTable('articles')
        .set({ title, body, updated_at: now })
        .where('id', '=', id)
        .where('author_id', '=', authorId),
    );
    await this.cache.markWritten(id, written.position);
    if (written.affectedRows > 0) return written;
    const [row] = await database.readPrimary(sql.selectFrom('articles').select('id').where('id', '=', id));
    throw row ? forbidden('Only its author may change an article.') : notFound('article');
  }

  /** @param position of the reader's own latest write */
  async get(id: number, position?: Position): Promise<Article> {
    const lookup = await this.cache.find(id);
    if (lookup?.value) return lookup.value;
    const database = this.getDatabase();
    const [row] = await database.read(
      database.sql
        .selectFrom('articles as a')
        .innerJoin('users as u', 'u.id', 'a.author_id')
        .select(['a.id', 'a.title', 'a.body', 'a.author_id as authorId', 'u.name as author'])
        .select(['a.created_at as createdAt', 'a.updated_at as updatedAt'])
        .where('a.id', '=', id),
      [position, toPosition(lookup?.marker)],
    );
    if (!row) throw notFound('article');
    const article = {
      ...row,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      html: renderArticleBody(row.body),
    };
    await this.cache.fill(id, lookup, article);
    return article;
  }

  /** The newest first. @param before only articles older than the one with this id */
  async list(position?: Position, before?: number): Promise<ArticleSummary[]> {
    const database = this.getDatabase();
    const rows = await database.read(
      database.sql
        .selectFrom('articles as a')
        .innerJoin('users as u', 'u.id', 'a.author_id')
        .select(['a.id', 'a.title', 'u.name as author', 'a.created_at as createdAt'])
        .select(({ fn, lit }) => fn<string>('left', ['a.body', lit(240)]).as('excerpt'))
        .where('a.id', '<', before ?? Number.MAX_SAFE_INTEGER)
        .orderBy('a.id', 'desc')
        .limit(({ lit }) => lit(articlesPerPage)),
      [position],
    );
    return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
  }
}
