// What one's friends did, the newest first: ids from the cache, and what they stand for in one query.
import type { Activity } from './activities';
import { type StreamCache, streamBound } from './cache/stream-cache';
import type { Database } from './database/database';
import type { Position } from './database/dialect';
import { toIdList } from './database/id-list';
import { toPictureUrl } from './pictures/pictures';

export interface StreamEntry {
  id: number;
  kind: Activity['kind'];
  actor: string;
  /** Address of the actor's picture; absent while they have none. */
  picture?: string;
  createdAt: string;
  article: { id: number; title: string };
}

export interface StreamPage {
  activities: StreamEntry[];
  /** Where the next page begins; absent on the last one. */
  before?: number;
}

export const activitiesPerPage = 20;

export class Stream {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly cache: StreamCache,
  ) {}

  /**
   * @param before only what is older than this activity
   * @param position of the reader's own latest write
   */
  async read(userId: number, before?: number, position?: Position): Promise<StreamPage> {
    const ids = await this.#findIds(userId, before, position);
    const activities = await this.#readActivities(ids, position);
    return { activities, before: ids.length === activitiesPerPage ? ids.at(-1) : undefined };
  }

  async #findIds(userId: number, before?: number, position?: Position): Promise<number[]> {
    const limit = activitiesPerPage;
    const ids = await this.cache.read(userId, { before, limit }, (after) =>
      this.#readIds(userId, streamBound, undefined, after),
    );
    // A later page that is short may only be where the cache ends.
    return before === undefined || ids.length === limit ? ids : this.#readIds(userId, limit, before, [position]);
  }

  async #readIds(
    userId: number,
    limit: number,
    before: number | undefined,
    after: readonly (Position | undefined)[],
  ): Promise<number[]> {
    const database = this.getDatabase();
    const rows = await database.read(
      database.sql
        .selectFrom('stream')
        .select('activity_id as id')
        .where('user_id', '=', userId)
        .where('activity_id', '<', before ?? Number.MAX_SAFE_INTEGER)
        .orderBy('activity_id', 'desc')
        .limit(({ lit }) => lit(limit)),
      [...after],
    );
    return rows.map(({ id }) => id);
  }

  async #readActivities(ids: readonly number[], position?: Position): Promise<StreamEntry[]> {
    if (ids.length === 0) return [];
    const database = this.getDatabase();
    const toStatement = (some: readonly number[]) =>
      database.sql
        .selectFrom('activities as a')
        .innerJoin('articles as t', 't.id', 'a.article_id')
        .innerJoin('users as u', 'u.id', 'a.actor_id')
        .leftJoin('profiles as p', 'p.user_id', 'a.actor_id')
        .select([
          'a.id',
          'a.kind',
          'a.created_at as createdAt',
          'u.name as actor',
          't.id as articleId',
          't.title',
          'p.picture',
        ])
        .where('a.id', 'in', toIdList(some, activitiesPerPage));
    const found = new Map((await database.read(toStatement(ids), [position])).map((row) => [row.id, row]));
    // The cache is told of an activity before the replica has it.
    const missing = ids.filter((id) => !found.has(id));
    const latest = missing.length > 0 ? await database.readPrimary(toStatement(missing)) : [];
    for (const row of latest) found.set(row.id, row);
    return ids.flatMap((id) => {
      const row = found.get(id);
      if (!row) return [];
      const { kind, actor, articleId, title } = row;
      const picture = row.picture ? toPictureUrl(row.picture) : undefined;
      return { id, kind, actor, picture, createdAt: row.createdAt.toISOString(), article: { id: articleId, title } };
    });
  }
}
