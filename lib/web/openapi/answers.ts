// What programs are answered, as schemas: each held to the type that the app answers with.
import * as z from 'zod';
import type { Article, ArticleSummary } from '../articles';
import type { CommentPage } from '../comments';
import type { Friend } from '../friends';
import type { SignedPost } from '../pictures/bucket';
import type { Profile } from '../profiles';
import type { ListedSession } from '../sessions';
import type { StreamPage } from '../stream';
import type { User } from '../users';

const id = z.int().positive();
const time = z.iso.datetime();

export const user = z.object({ id, name: z.string() }) satisfies z.ZodType<User>;

export const created = z.object({ id });

export const article = z.object({
  ...{ id, authorId: id, author: z.string(), createdAt: time, updatedAt: time },
  ...{ title: z.string(), body: z.string() },
  html: z.string().meta({ description: 'The body as safe HTML.' }),
}) satisfies z.ZodType<Article>;

const summary = z.object({
  ...{ id, title: z.string(), author: z.string(), createdAt: time },
  excerpt: z.string(),
}) satisfies z.ZodType<ArticleSummary>;

const before = id.optional().meta({ description: 'Where the next page begins; absent on the last one.' });

export const articlePage = z.object({ articles: z.array(summary), before });

const picture = z.string().optional().meta({ description: 'Its address; absent while there is none.' });

const viewer = z
  .object({ isFriend: z.boolean(), inCommonCount: z.int(), inCommon: z.array(z.string()) })
  .meta({ description: 'What the two have to do with each other; absent for who is not signed in, and for oneself.' });

export const profile = z.object({
  ...{ name: z.string(), since: time },
  picture,
  ...{ articleCount: z.int(), friendCount: z.int(), articles: z.array(summary), before },
  viewer: viewer.optional(),
}) satisfies z.ZodType<Profile>;

export const friendList = z.object({ friends: z.array(user.extend({ picture }) satisfies z.ZodType<Friend>) });

export const streamPage = z.object({
  activities: z.array(
    z.object({
      ...{ id, kind: z.enum(['article', 'comment']), actor: z.string(), picture, createdAt: time },
      article: z.object({ id, title: z.string() }),
    }),
  ),
  before,
}) satisfies z.ZodType<StreamPage>;

export const commentPage = z.object({
  total: z.int().meta({ description: 'Of all pages.' }),
  comments: z.array(z.object({ id, author: z.string(), body: z.string(), createdAt: time })),
  after: before,
}) satisfies z.ZodType<CommentPage>;

export const sessionList = z.array(
  z.object({ key: z.string(), startedAt: time, agent: z.string(), isCurrent: z.boolean() }),
) satisfies z.ZodType<(ListedSession & { isCurrent: boolean })[]>;

export const signedPost = z.object({
  url: z.string().meta({ description: 'Where the file goes, as multipart/form-data: the fields, then `file`.' }),
  fields: z.record(z.string(), z.string()),
}) satisfies z.ZodType<SignedPost>;

export const pictureTaken = z.object({ url: z.string() });

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const problem = z.object({
  ...{ title: z.string(), status: z.int(), detail: z.string() },
  errors: z
    .array(z.object({ field: z.string(), detail: z.string() }))
    .optional()
    .meta({ description: 'Rules that the input broke, by field.' }),
});
