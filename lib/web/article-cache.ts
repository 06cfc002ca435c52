// Rendered articles in the objects cache: may miss, may fail, but is never filled with what was already out of date.
import type { Result } from 'ioredis';
import type { CacheClient } from './caches/mode';
import type { Position } from './database/dialect';

/** Raise it when the shape of the cached value changes: during a roll two releases share one cache. */
const shape = 'shape:1';

/** Also bounds how far a replica may lag before a reader who finds no marker could fill in what it saw there. */
const lifetimeMilliseconds = 10 * 60_000;

/** Marks an article whose write is under way: read the primary and keep nothing. */
const pending = 'pending';

export interface CacheLookup<T> {
  value?: T;
  /** The marker before the database is read: a fill is refused if it has changed since. */
  marker: string;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    markArticle(key: string, marker: string, lifetime: number): Result<number, Context>;
    fillArticle(key: string, marker: string, shape: string, value: string, lifetime: number): Result<number, Context>;
  }
}

/*
 * One hash per article: the marker of its last write, and one field per shape. One key, so that dropping it drops every
 * shape, those of other releases too.
 */
const scripts = {
  markArticle: `
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'written', ARGV[1])
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
  fillArticle: `
    if (redis.call('HGET', KEYS[1], 'written') or '') ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
    return redis.call('PEXPIRE', KEYS[1], ARGV[4])`,
};

const toKey = (id: number): string => `article:${id}`;

const withCommands = new WeakSet<CacheClient>();

export class ArticleCache<T> {
  constructor(
    private readonly findCache: () => CacheClient | undefined,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Undefined when the cache does not answer: read the database and fill nothing. */
  async find(id: number): Promise<CacheLookup<T> | undefined> {
    return this.#failOpen(async (cache) => {
      const [marker, value] = await cache.hmget(toKey(id), 'written', shape);
      return { marker: marker ?? '', value: value ? (JSON.parse(value) as T) : undefined };
    });
  }

  async fill(id: number, lookup: CacheLookup<T> | undefined, value: T): Promise<void> {
    if (!lookup || lookup.marker === pending) return;
    // Jitter: articles that were filled together must not all be missed together.
    const lifetime = Math.round(lifetimeMilliseconds * (1 + Math.random() / 5));
    await this.#failOpen((cache) =>
      cache.fillArticle(toKey(id), lookup.marker, shape, JSON.stringify(value), lifetime),
    );
  }

  /** Before the write: if the clone dies before `markWritten`, readers keep to the primary. */
  async markPending(id: number): Promise<void> {
    await this.#failOpen((cache) => cache.markArticle(toKey(id), pending, lifetimeMilliseconds));
  }

  /** After the write: drops what is cached, and tells readers what to wait for. */
  async markWritten(id: number, position: Position): Promise<void> {
    await this.#failOpen((cache) => cache.markArticle(toKey(id), position, lifetimeMilliseconds));
  }

  async #failOpen<R>(ask: (cache: CacheClient) => Promise<R>): Promise<R | undefined> {
    const cache = this.findCache();
    if (!cache) return undefined;
    if (!withCommands.has(cache)) {
      for (const [name, lua] of Object.entries(scripts)) cache.defineCommand(name, { numberOfKeys: 1, lua });
      withCommands.add(cache);
    }
    try {
      return await ask(cache);
    } catch (error) {
      this.onFailure(error);
      return undefined;
    }
  }
}

/** What a reader must wait for; a pending write may end anywhere, so only the primary surely has it. */
export const toPosition = (marker: string | undefined): Position | undefined =>
  marker === pending ? 'unknown' : marker || undefined;
