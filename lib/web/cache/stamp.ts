// What is kept in the cache has two times in front: when it begins to age and when it is stale, by the filler's clock.
import { agingShare } from './lifetimes';

export interface Stamped {
  /** Undefined stands for: there is no such thing. */
  payload: string | undefined;
  age: 'fresh' | 'aging' | 'stale';
}

/*
 * `+aging stale payload` or `-aging stale `, times in base 36. A clone whose clock is wrong has things read anew too often
 * or too late; nobody is served what was changed, and the cache's own clock ends everything.
 */
export function stamp(payload: string | undefined, lifetimeMilliseconds: number, now = Date.now()): string {
  const toText = (share: number): string => Math.round(now + share * lifetimeMilliseconds).toString(36);
  return `${payload === undefined ? '-' : '+'}${toText(agingShare)} ${toText(1)} ${payload ?? ''}`;
}

/** Undefined when it has been stale for longer than that: then it is too old for anybody. */
export function readStamped(text: string, staleMilliseconds: number, now = Date.now()): Stamped | undefined {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  const payload = text.charCodeAt(0) === 0x2b ? text.slice(second + 1) : undefined;
  if (now < Number.parseInt(text.slice(1, first), 36)) return { payload, age: 'fresh' };
  const stale = Number.parseInt(text.slice(first + 1, second), 36);
  if (now >= stale + staleMilliseconds) return undefined;
  return { payload, age: now >= stale ? 'stale' : 'aging' };
}
