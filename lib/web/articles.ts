// Articles: written to the primary, read from replicas, and kept in the objects cache in the forms they are answered in.
import type { Activities } from './activities';
import { type ArticlePage, articleJson, articlePage } from './article-views';
import type { Objects, View } from './cache/objects';
import type { QueryCache } from './cache/query-cache';
import type { Database, Written } from './database/database';
import type { Position } from './database/dialect';
import type { ArticleInput } from './input';
import { excerptStart, renderArticleBody, toExcerpt } from './pages/article-body';
import { renderArticleContent } from './pages/article-content';
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

/** On every cached query that shows something of this article. */
const toTag = (id: number): string => `articles:${id}`;

/** On every cached query at whose top a new article appears. */
const newestTag = 'articles:newest';

interface ArticlesOptions {
  getDatabase: () => Database;
  objects: Objects;
  queries: QueryCache;
  activities: Activities;
}

export class Articles {
  constructor(private readonly options: ArticlesOptions) {}

  async create(authorId: number, { title, body }: ArticleInput): Promise<{ id: number; position: Position }> {
    const { getDatabase, objects, queries, activities } = this.options;
    const database = getDatabase();
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
      return { id, activity: await activities.record(tx, { actorId: authorId, kind: 'article', articleId: id }) };
    });
    // That there was none may be cached; and the marker spares readers a replica that has not got it yet.
    await Promise.all([
      objects.changed('article', result.id, position),
      queries.drop([newestTag], position),
      activities.publish(result.activity, position),
    ]);
    return { id: result.id, position };
  }

  /** @param own where the author's own latest write ended */
  async update(id: number, authorId: number, { title, body }: ArticleInput, own?: Position): Promise<Written> {
    // An author is for ever: whoever may not change it must not even have it dropped from the cache.
    if ((await this.get(id, own)).authorId !== authorId) throw forbidden('Only its author may change an article.');
    const { getDatabase, objects, queries } = this.options;
    const changed = await objects.changing('article', id);
    const database = getDatabase();
    const { sql, now } = database;
    const written = await database.write(
      sql
        .updateTable('articles')
        .set({ title, body, updated_at: now })
        .where('id', '=', id)
        .where('author_id', '=', authorId),
    );
    await Promise.all([changed(written.position), queries.drop([toTag(id)], written.position)]);
    if (written.affectedRows === 0) throw notFound('article');
    return written;
  }

  /** @param own where the reader's own latest write ended */
  async get(id: number, own?: Position): Promise<Article> {
    return JSON.parse(await this.getJson(id, own)) as Article;
  }

  /** An `Article` as it is sent. */
  getJson(id: number, own?: Position): Promise<string> {
    return this.#getView(articleJson, id, own, (article) => JSON.stringify(article));
  }

  getPage(id: number, own?: Position): Promise<ArticlePage> {
    return this.#getView(articlePage, id, own, (article) => {
      const { authorId, title } = article;
      return { id, authorId, title, content: renderArticleContent(article) };
    });
  }

  /** The newest first. @param before only articles older than the one with this id */
  async list(own?: Position, before?: number): Promise<ArticleSummary[]> {
    const toTags = (articles: readonly ArticleSummary[]): string[] => [
      ...(before === undefined ? [newestTag] : []),
      ...articles.map(({ id }) => toTag(id)),
    ];
    const load = (after: readonly Position[]) => this.#list(after, before);
    return this.options.queries.get('articles:1', { before }, toTags, load, own);
  }

  async #getView<T>(view: View<T>, id: number, own: Position | undefined, toView: (article: Article) => T): Promise<T> {
    const load = async (after: readonly Position[]): Promise<T | undefined> => {
      const article = await this.#find(id, after);
      return article && toView(article);
    };
    const found = await this.options.objects.get(view, id, load, own);
    if (found === undefined) throw notFound('article');
    return found;
  }

  async #find(id: number, after: readonly Position[]): Promise<Article | undefined> {
    const database = this.options.getDatabase();
    const [row] = await database.read(
      database.sql
        .selectFrom('articles as a')
        .innerJoin('users as u', 'u.id', 'a.author_id')
        .select(['a.id', 'a.title', 'a.body', 'a.author_id as authorId', 'u.name as author'])
        .select(['a.created_at as createdAt', 'a.updated_at as updatedAt'])
        .where('a.id', '=', id),
      [...after],
    );
    return (
      row && {
        ...row,
        createdAt: row.createdAt.toISOString(),
        updatedAt: row.updatedAt.toISOString(),
        html: renderArticleBody(row.body),
      }
    );
  }

  async #list(after: readonly Position[], before?: number): Promise<ArticleSummary[]> {
    const database = this.options.getDatabase();
    const rows = await database.read(
      database.sql
        .selectFrom('articles as a')
        .innerJoin('users as u', 'u.id', 'a.author_id')
        .select(['a.id', 'a.title', 'u.name as author', 'a.created_at as createdAt'])
        .select(({ fn, lit }) => fn<string>('left', ['a.body', lit(excerptStart)]).as('excerpt'))
        .where('a.id', '<', before ?? Number.MAX_SAFE_INTEGER)
        .orderBy('a.id', 'desc')
        .limit(({ lit }) => lit(articlesPerPage)),
      [...after],
    );
    return rows.map((row) => ({ ...row, excerpt: toExcerpt(row.excerpt), createdAt: row.createdAt.toISOString() }));
  }
}
