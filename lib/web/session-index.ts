// Which sessions a user has, so that they can be seen and ended together: by their hashes, for as long as they can last.
import type { Result } from 'ioredis';
import type { CacheClient } from './caches/mode';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    indexSession(key: string, hash: string, absolute: number, most: number): Result<string[], Context>;
  }
}

/** Nobody signs in from so many places; more would only fill the cache. The oldest goes. */
const mostSessions = 100;

const indexSession = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  local surplus = redis.call('ZRANGE', KEYS[1], 0, -ARGV[3])
  if #surplus > 0 then redis.call('ZREM', KEYS[1], unpack(surplus)) end
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return surplus`;

const toKey = (userId: number): string => `sessions-of:${userId}`;

export class SessionIndex {
  constructor(
    private readonly cache: CacheClient,
    private readonly absoluteMilliseconds: number,
  ) {
    cache.defineCommand('indexSession', { numberOfKeys: 1, lua: indexSession });
  }

  /** @returns those that are too many now, to be ended */
  add(userId: number, hash: string): Promise<string[]> {
    return this.cache.indexSession(toKey(userId), hash, this.absoluteMilliseconds, mostSessions);
  }

  /** The newest first; some may have ended by themselves. */
  list(userId: number): Promise<string[]> {
    return this.cache.zrevrange(toKey(userId), 0, -1);
  }

  async remove(userId: number, hashes: readonly string[]): Promise<void> {
    if (hashes.length > 0) await this.cache.zrem(toKey(userId), ...hashes);
  }
}
