// Long answers in parts, as AWS gives them: as many as were asked for, and a token for the rest.
import { AwsError } from './service';

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** A token that was never given: each service has a code of its own for it. */
export class WrongToken extends Error {}

/** The token says where the rest begins. @throws WrongToken for one that was never given */
export function toPage<T>(all: readonly T[], size: number | undefined, token: string | undefined): Page<T> {
  const from = token === undefined || token === '' ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0 || from > all.length)
    throw new WrongToken(`The token '${token}' is invalid.`);
  if (size !== undefined && size < 1)
    throw new AwsError('ValidationError', `A page must have 1 item at least, got: ${size}`);
  const to = size === undefined ? all.length : from + size;
  return { items: all.slice(from, to), next: to < all.length ? String(to) : undefined };
}
