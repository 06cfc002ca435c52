// The tables as statements see them. What they are for, and their keys, is in the migrations.
import type { ColumnType, Generated } from 'kysely';

/** Written once; a `Date` in UTC when read. */
type Written = ColumnType<Date, Date | string, never>;

export interface Tables {
  users: { id: Generated<number>; name: string; password: string; created_at: Written };
  /** The key of a user's picture in the bucket; no row while there is none. */
  profiles: { user_id: number; picture: string | null };
  articles: {
    id: Generated<number>;
    author_id: number;
    title: string;
    body: string;
    created_at: Written;
    updated_at: ColumnType<Date, Date | string, Date | string>;
  };
  comments: { id: Generated<number>; article_id: number; author_id: number; body: string; created_at: Written };
  /** That one user has another as a friend: each direction is a row of its own. */
  friendships: { user_id: number; friend_id: number; created_at: Written };
  /** What somebody did that their friends may see. */
  activities: {
    id: Generated<number>;
    actor_id: number;
    kind: 'article' | 'comment';
    article_id: number;
    created_at: Written;
  };
  /** Denormalized: each activity once more for everybody whose stream it is in, so that a stream is one range of one index. */
  stream: { user_id: number; activity_id: number };
  /** Denormalized: what would otherwise be counted at each look. */
  user_counts: { user_id: number; articles: number; friends: number };
  article_counts: { article_id: number; comments: number };
}
