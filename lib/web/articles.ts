// Articles: written to the primary, read from replicas, and kept rendered in the objects cache.
import { type ArticleCache, toPosition } from './article-cache';
import type { Database, Written } from './database/database';
import type { Position } from './database/dialect';
import type { ArticleInput } from './input';
import { renderArticleBody } from './pages/article-body';
import { forbidden, notFound } from './problem';

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

interface ArticleRow extends ArticleInput {
  id: number;
  authorId: number;
  author: string;
  createdAt: Date;
  updatedAt: Date;
}

export const articlesPerPage = 20;

export class Articles {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly cache: ArticleCache<Article>,
  ) {}

  async create(authorId: number, { title, body }: ArticleInput): Promise<Written & { id: number }> {
    const insert =
      'INSERT INTO articles (author_id, title, body, created_at, updated_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))';
    const written = await this.getDatabase().write(insert, [authorId, title, body]);
    // Nobody has it cached; the marker spares other readers a replica that has not got it yet.
    await this.cache.markWritten(written.insertId, written.position);
    return { ...written, id: written.insertId };
  }

  async update(id: number, authorId: number, { title, body }: ArticleInput): Promise<Written> {
    await this.cache.markPending(id);
    const update =
      'UPDATE articles SET title = ?, body = ?, updated_at = UTC_TIMESTAMP(3) WHERE id = ? AND author_id = ?';
    const written = await this.getDatabase().write(update, [title, body, id, authorId]);
    await this.cache.markWritten(id, written.position);
    if (written.affectedRows > 0) return written;
    const [row] = await this.getDatabase().readPrimary('SELECT id FROM articles WHERE id = ?', [id]);
    throw row ? forbidden('Only its author may change an article.') : notFound('article');
  }

  /** @param position of the reader's own latest write */
  async get(id: number, position?: Position): Promise<Article> {
    const lookup = await this.cache.find(id);
    if (lookup?.value) return lookup.value;
    const select = `SELECT a.id, a.title, a.body, a.author_id AS authorId, u.name AS author,
        a.created_at AS createdAt, a.updated_at AS updatedAt
      FROM articles a JOIN users u ON u.id = a.author_id WHERE a.id = ?`;
    const [row] = await this.getDatabase().read<ArticleRow>(select, [id], [position, toPosition(lookup?.marker)]);
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
    const select = `SELECT a.id, a.title, LEFT(a.body, 240) AS excerpt, u.name AS author, a.created_at AS createdAt
      FROM articles a JOIN users u ON u.id = a.author_id
      WHERE a.id < ? ORDER BY a.id DESC LIMIT ${articlesPerPage}`;
    type Row = Omit<ArticleSummary, 'createdAt'> & { createdAt: Date };
    const rows = await this.getDatabase().read<Row>(select, [before ?? Number.MAX_SAFE_INTEGER], [position]);
    return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
  }
}
