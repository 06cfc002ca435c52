// What people may send: one schema per form, the same for pages and for JSON.
import * as z from 'zod';
import { invalid } from './problem';

/** Half a character would come back as another one. */
const text = z.string('is required').refine((value) => !/\p{Surrogate}/u.test(value), 'must be whole characters');

const name = text
  .trim()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'must be letters, digits and . _ - between them')
  .min(3, 'must have at least 3 characters')
  .max(32, 'must have at most 32 characters');

/** As it stands in addresses. */
export const userName = name;
export const isUserName = (value: string): boolean => name.safeParse(value).data === value;

const password = text.min(8, 'must have at least 8 characters').max(200, 'must have at most 200 characters');

export const registration = z.object({ name, password });

/** Rules for new names and passwords are no business of signing in: a wrong one is simply wrong. */
export const signIn = z.object({
  name: text.trim().min(1, 'is required').max(32, 'must have at most 32 characters'),
  password: text.min(1, 'is required').max(200, 'must have at most 200 characters'),
});

/** Several lines. */
const lines = (maxLength: number) =>
  text
    // Browsers send CRLF.
    .transform((value) => value.replace(/\r\n?/g, '\n').trim())
    .pipe(z.string().min(1, 'is required').max(maxLength, `must have at most ${maxLength} characters`))
    // For the description: what is measured is what is left of it.
    .meta({ minLength: 1, maxLength });

/** 20,000 UTF-16 units take 60,000 bytes at most: they fit a TEXT column. */
export const articleInput = z.object({
  title: text.trim().min(1, 'is required').max(200, 'must have at most 200 characters'),
  body: lines(20_000),
});

export const commentInput = z.object({ body: lines(2_000) });

/** As it stands in addresses. */
export const articleId = z.string('must be given once').regex(/^[1-9]\d{0,14}$/, 'must be a number as a page gave it');

const id = articleId.transform(Number).optional();

/** Where a list goes on: what is older than this, or what came after that. */
export const olderPage = z.object({ before: id });
export const laterPage = z.object({ after: id });
/** What a picture was sent to, as the form for it said. */
export const pictureInput = z.object({ key: text.min(1, 'is required').max(200, 'must have at most 200 characters') });

/** Who changes what others could sign in by shows again who they are. */
const ownPassword = text.min(1, 'is required').max(200, 'must have at most 200 characters');
export const newPassword = z.object({ password: ownPassword, next: password });
/** Which session is to end, as the list of them names it; all others when it names none. */
export const endSessions = z.object({
  password: ownPassword,
  key: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, 'must be one of the list')
    .transform((key) => key || undefined)
    .optional(),
});

export type NewPassword = z.infer<typeof newPassword>;
export type SignIn = z.infer<typeof signIn>;
export type ArticleInput = z.infer<typeof articleInput>;
export type CommentInput = z.infer<typeof commentInput>;

/** Throws a 400 that names each field and its rule. */
export function parseInput<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(typeof body === 'object' && body !== null ? body : {});
  if (result.success) return result.data;
  throw invalid(result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })));
}
