// How often somebody may do something: counted in the sessions cache, so that all clones count as one.
import type { RateLimiterRedis } from 'rate-limiter-flexible';
import type { CacheClient } from './caches/mode';
import { Problem, unavailable } from './problem';

interface Limit {
  readonly points: number;
  readonly seconds: number;
  /** What somebody is told who has had enough. */
  readonly detail: string;
}

/** Where many people share an address they are still let in; who guesses passwords is not. */
const limits = {
  /** Sign-ins that failed, of one name from one address. */
  signInOfName: { points: 10, seconds: 900, detail: 'Too many wrong passwords for this name; try again later.' },
  /** Sign-ins that failed, from one address. */
  signInFrom: { points: 200, seconds: 900, detail: 'Too many wrong passwords from here; try again later.' },
  /** New users from one address. */
  registerFrom: { points: 1_000, seconds: 3_600, detail: 'Too many new users from here; try again later.' },
  /** Whatever one user changes. */
  writeOf: { points: 1_000, seconds: 60, detail: 'Too much at once; slow down.' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

export class RateLimits {
  readonly #limiters = new Map<string, RateLimiterRedis>();

  /** @param getCache throws while there is none */
  constructor(private readonly getCache: () => CacheClient) {}

  /** Throws a 429 for who has had enough, a 503 when nobody can count. */
  async verify(name: LimitName, key: string): Promise<void> {
    const { points } = limits[name];
    const found = await this.#ask(() => this.#get(name).get(key));
    if (found && found.consumedPoints >= points) throw toProblem(name, found.msBeforeNext);
  }

  /** Counts one more. Throws a 429 from the first that is too many. */
  async count(name: LimitName, key: string): Promise<void> {
    const { points } = limits[name];
    const counted = await this.#ask(() => this.#get(name).penalty(key, 1));
    if (counted.consumedPoints > points) throw toProblem(name, counted.msBeforeNext);
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw error instanceof Problem ? error : unavailable('sessions cache', error);
    }
  }

  #get(name: LimitName): RateLimiterRedis {
    const known = this.#limiters.get(name);
    if (known) return known;
    const storeClient = this.getCache();
    // Late: a clone that nobody has signed in at need not have it.
    const { RateLimiterRedis } = require('rate-limiter-flexible') as typeof import('rate-limiter-flexible');
    const { points, seconds: duration } = limits[name];
    const limiter = new RateLimiterRedis({ storeClient, keyPrefix: `limit:${name}`, points, duration });
    this.#limiters.set(name, limiter);
    return limiter;
  }
}

const toProblem = (name: LimitName, milliseconds: number): Problem =>
  new Problem(429, 'Too Many Requests', {
    detail: limits[name].detail,
    retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1_000)),
  });
