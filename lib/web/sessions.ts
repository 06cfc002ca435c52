// Who is signed in: kept in the sessions cache and nowhere else, and once signed out, never back.
import { createHash, randomBytes } from 'node:crypto';
import type { Result } from 'ioredis';
import type { CacheClient } from './caches/mode';
import type { Position } from './database/dialect';
import { unavailable } from './problem';

export interface Session {
  id: string;
  userId: number;
  name: string;
  /** Where this user's latest write ended: reads wait for it. */
  position?: Position;
}

export interface SessionLimits {
  /** A session ends after this time without a request. @default 30 minutes */
  idleMilliseconds?: number;
  /** A session ends after this time, whatever happens. @default 8 hours */
  absoluteMilliseconds?: number;
  /** A request prolongs the session only if the last one to do so is this long ago. @default 1 minute */
  touchMilliseconds?: number;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    createSession(key: string, idle: number, absolute: number, ...fields: (string | number)[]): Result<number, Context>;
    readSession(key: string, idle: number, touch: number): Result<string[] | null, Context>;
    updateSession(key: string, ...fields: (string | number)[]): Result<number, Context>;
  }
}

/*
 * Each is one atomic step on one key. The time is the cache's: no clone's clock can prolong or end a session.
 * None but the first makes a key, so a session that was signed out stays out whatever was under way.
 */
const scripts = {
  createSession: `
    local time = redis.call('TIME')
    local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
    redis.call('HSET', KEYS[1], 'endsAt', ends, unpack(ARGV, 3))
    return redis.call('PEXPIRE', KEYS[1], math.min(ARGV[1], ARGV[2]))`,
  readSession: `
    local fields = redis.call('HGETALL', KEYS[1])
    if #fields == 0 then return nil end
    if redis.call('PTTL', KEYS[1]) < ARGV[1] - ARGV[2] then
      local time = redis.call('TIME')
      local left = redis.call('HGET', KEYS[1], 'endsAt') - time[1] * 1000 - math.floor(time[2] / 1000)
      redis.call('PEXPIRE', KEYS[1], math.min(ARGV[1], left))
    end
    return fields`,
  updateSession: `
    if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    redis.call('HSET', KEYS[1], unpack(ARGV))
    return 1`,
};

/** The cache holds no id, only its hash: reading the cache does not sign anybody in. */
const toKey = (id: string): string => `session:${createHash('sha256').update(id).digest('hex')}`;

/** 32 random bytes in base64url: what `create` makes, and nothing else is looked up. */
const isSessionId = (id: string): boolean => /^[\w-]{43}$/.test(id);

export class Sessions {
  constructor(
    private readonly cache: CacheClient,
    private readonly limits: SessionLimits = {},
  ) {
    for (const [name, lua] of Object.entries(scripts)) cache.defineCommand(name, { numberOfKeys: 1, lua });
  }

  async create(user: { userId: number; name: string }): Promise<Session> {
    const id = randomBytes(32).toString('base64url');
    const absolute = this.limits.absoluteMilliseconds ?? 8 * 60 * 60_000;
    const fields = ['userId', user.userId, 'name', user.name];
    await failClosed(this.cache.createSession(toKey(id), this.#idle, absolute, ...fields));
    return { id, ...user };
  }

  /** Undefined when the cache knows no such session: expired, signed out or invented. */
  async find(id: string): Promise<Session | undefined> {
    if (!isSessionId(id)) return undefined;
    const touch = this.limits.touchMilliseconds ?? 60_000;
    const flat = await failClosed(this.cache.readSession(toKey(id), this.#idle, touch));
    if (!flat) return undefined;
    const fields = new Map<string, string>();
    for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] as string, flat[i + 1] as string);
    const userId = Number(fields.get('userId'));
    return { id, userId, name: fields.get('name') ?? '', position: fields.get('position') };
  }

  /** False when the session is gone; nothing is written then. */
  async setPosition(id: string, position: Position): Promise<boolean> {
    return (await failClosed(this.cache.updateSession(toKey(id), 'position', position))) === 1;
  }

  async delete(id: string): Promise<void> {
    if (isSessionId(id)) await failClosed(this.cache.del(toKey(id)));
  }

  get #idle(): number {
    return this.limits.idleMilliseconds ?? 30 * 60_000;
  }
}

/** A cache that does not answer has not said "signed out". */
async function failClosed<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw unavailable('sessions cache', error);
  }
}
