// A user as others see them: since when, how much, what they wrote last, and whom they share with who is looking.
import { type ArticleSummary, articlesPerPage } from './articles';
import type { Database } from './database/database';
import type { Position } from './database/dialect';
import { toIdList } from './database/id-list';
import type { Friends } from './friends';
import { excerptStart, toExcerpt } from './pages/article-body';
import { toPictureUrl } from './pictures/pictures';
import { getUser } from './users';

export interface Profile {
  name: string;
  since: string;
  /** Address of their picture; absent while they have none. */
  picture?: string;
  articleCount: number;
  friendCount: number;
  articles: ArticleSummary[];
  /** Where the next page of articles begins; absent on the last one. */
  before?: number;
  /** Absent for who is not signed in, and for oneself. */
  viewer?: ProfileViewer;
}

/** What the two have to do with each other. */
export interface ProfileViewer {
  /** Whether the viewer has them as a friend. */
  isFriend: boolean;
  inCommonCount: number;
  /** Names of some of them. */
  inCommon: string[];
}

/** Who is looking. */
export interface Viewer {
  userId: number;
  position?: Position;
}

/** More are counted, not named. */
const namedInCommon = 10;

export class Profiles {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly friends: Friends,
  ) {}

  /** @param before only articles older than this one */
  async get(name: string, viewer?: Viewer, before?: number): Promise<Profile> {
    const position = viewer?.position;
    const user = await getUser(this.getDatabase(), name, position);
    const [details, articles, shared] = await Promise.all([
      this.#readDetails(user.id, position),
      this.#listArticles(user, before, position),
      viewer && viewer.userId !== user.id ? this.#readViewer(viewer, user.id) : undefined,
    ]);
    return {
      name: user.name,
      since: user.createdAt,
      ...details,
      articles,
      before: articles.length === articlesPerPage ? articles.at(-1)?.id : undefined,
      viewer: shared,
    };
  }

  async #readDetails(
    userId: number,
    position?: Position,
  ): Promise<Pick<Profile, 'picture' | 'articleCount' | 'friendCount'>> {
    const database = this.getDatabase();
    const [row] = await database.read(
      database.sql
        .selectFrom('users as u')
        .leftJoin('profiles as p', 'p.user_id', 'u.id')
        .leftJoin('user_counts as c', 'c.user_id', 'u.id')
        .select(['p.picture', 'c.articles', 'c.friends'])
        .where('u.id', '=', userId),
      [position],
    );
    return {
      picture: row?.picture ? toPictureUrl(row.picture) : undefined,
      articleCount: row?.articles ?? 0,
      friendCount: row?.friends ?? 0,
    };
  }

  async #listArticles(
    author: { id: number; name: string },
    before?: number,
    position?: Position,
  ): Promise<ArticleSummary[]> {
    const database = this.getDatabase();
    const rows = await database.read(
      database.sql
        .selectFrom('articles')
        .select(['id', 'title', 'created_at as createdAt'])
        .select(({ fn, lit }) => fn<string>('left', ['body', lit(excerptStart)]).as('excerpt'))
        .where('author_id', '=', author.id)
        .where('id', '<', before ?? Number.MAX_SAFE_INTEGER)
        .orderBy('id', 'desc')
        .limit(({ lit }) => lit(articlesPerPage)),
      [position],
    );
    return rows.map((row) => ({
      ...row,
      author: author.name,
      excerpt: toExcerpt(row.excerpt),
      createdAt: row.createdAt.toISOString(),
    }));
  }

  async #readViewer({ userId, position }: Viewer, otherId: number): Promise<ProfileViewer> {
    const [isFriend, inCommon] = await Promise.all([
      this.friends.has(userId, otherId),
      this.friends.inCommon(userId, otherId),
    ]);
    const named = inCommon.slice(0, namedInCommon);
    return { isFriend, inCommonCount: inCommon.length, inCommon: await this.#readNames(named, position) };
  }

  async #readNames(ids: readonly number[], position?: Position): Promise<string[]> {
    if (ids.length === 0) return [];
    const database = this.getDatabase();
    const rows = await database.read(
      database.sql.selectFrom('users').select('name').where('id', 'in', toIdList(ids, namedInCommon)),
      [position],
    );
    return rows.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en'));
  }
}
