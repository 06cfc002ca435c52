// What the routes share: one of each per clone, and none of it about a user.
import type { Accounts } from './accounts';
import type { Assets } from './assets';
import type { Backends } from './backends';
import { articleId, isUserName } from './input';
import type { Pictures } from './pictures/pictures';
import { notFound } from './problem';
import type { RateLimits } from './rate-limits';
import type { Repositories } from './repositories';
import type { SignedIn } from './signed-in';

export interface Site extends Repositories {
  accounts: Accounts;
  backends: Backends;
  assets: Assets;
  pictures: Pictures;
  limits: RateLimits;
  signedIn: SignedIn;
}

/** Throws a 404 for what cannot be an article's id. */
export function toArticleId(text: string): number {
  if (!articleId.safeParse(text).success) throw notFound('article');
  return Number(text);
}

/** Throws a 404 for what cannot be a user's name. */
export function toUserName(text: string): string {
  if (!isUserName(text)) throw notFound('user');
  return text;
}
