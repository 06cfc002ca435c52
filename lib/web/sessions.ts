// Who is signed in: kept in the sessions cache and nowhere else, and once signed out, never back.
import { hash, randomBytes } from 'node:crypto';
import type { Result } from 'ioredis';
import type { CacheClient } from './caches/mode';
import type { Position } from './database/dialect';
import { unavailable } from './problem';
import { SessionIndex } from './session-index';

export interface Session {
  id: string;
  userId: number;
  name: string;
  /** Where this user's latest write ended: reads wait for it. */
  position?: Position;
}

/** A session as its user sees it in the list of all. */
export interface ListedSession {
  /** The hash of its id: it names the session, and signs nobody in. */
  key: string;
  startedAt: string;
  /** What the browser said it is, when it signed in. */
  agent: string;
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
    readSession(key: string, idle: number, touch: number): Result<(string | null)[] | null, Context>;
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
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('HSET', KEYS[1], 'startedAt', now, 'endsAt', now + ARGV[2], unpack(ARGV, 3))
    return redis.call('PEXPIRE', KEYS[1], math.min(ARGV[1], ARGV[2]))`,
  readSession: `
    local fields = redis.call('HMGET', KEYS[1], 'userId', 'name', 'position')
    if not fields[1] then return nil end
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
const toHash = (id: string): string => hash('sha256', id);
const toKey = (hash: string): string => `session:${hash}`;

/** 32 random bytes in base64url: what `create` makes, and nothing else is looked up. */
const isSessionId = (id: string): boolean => /^[\w-]{43}$/.test(id);

/** Longer ones say no more to whoever reads the list. */
const agentLimit = 200;

export class Sessions {
  readonly #index: SessionIndex;

  constructor(
    private readonly cache: CacheClient,
    private readonly limits: SessionLimits = {},
  ) {
    for (const [name, lua] of Object.entries(scripts)) cache.defineCommand(name, { numberOfKeys: 1, lua });
    this.#index = new SessionIndex(cache, this.#absolute);
  }

  async create(user: { userId: number; name: string }, agent = ''): Promise<Session> {
    const id = randomBytes(32).toString('base64url');
    const hash = toHash(id);
    const fields = ['userId', user.userId, 'name', user.name, 'agent', agent.slice(0, agentLimit)];
    await failClosed(async () => {
      // First where all of a user's are found: one that was not found there could not be ended with the others.
      const surplus = await this.#index.add(user.userId, hash);
      await this.cache.createSession(toKey(hash), this.#idle, this.#absolute, ...fields);
      await this.#drop(surplus);
    });
    return { id, ...user };
  }

  /** Undefined when the cache knows no such session: expired, signed out or invented. */
  async find(id: string): Promise<Session | undefined> {
    if (!isSessionId(id)) return undefined;
    const touch = this.limits.touchMilliseconds ?? 60_000;
    const found = await failClosed(() => this.cache.readSession(toKey(toHash(id)), this.#idle, touch));
    if (!found) return undefined;
    const [userId, name, position] = found;
    return { id, userId: Number(userId), name: name ?? '', position: position ?? undefined };
  }

  /** False when the session is gone; nothing is written then. */
  async setPosition(id: string, position: Position): Promise<boolean> {
    return (await failClosed(() => this.cache.updateSession(toKey(toHash(id)), 'position', position))) === 1;
  }

  async delete(id: string): Promise<void> {
    if (isSessionId(id)) await failClosed(() => this.#drop([toHash(id)]));
  }

  /** All that a user has, the newest first, with `isCurrent` for the one they ask by. */
  async list(userId: number, currentId: string): Promise<(ListedSession & { isCurrent: boolean })[]> {
    return failClosed(async () => {
      const hashes = await this.#index.list(userId);
      const found = await Promise.all(hashes.map((hash) => this.cache.hmget(toKey(hash), 'startedAt', 'agent')));
      return hashes.flatMap((key, index) => {
        const [startedAt, agent] = found[index] ?? [];
        // Those that ended by themselves are still listed.
        if (!startedAt) return [];
        const isCurrent = key === toHash(currentId);
        return { key, startedAt: new Date(Number(startedAt)).toISOString(), agent: agent ?? '', isCurrent };
      });
    });
  }

  /** Ends one of a user's own; false when they have no such session. */
  async end(userId: number, key: string): Promise<boolean> {
    return failClosed(async () => {
      if (!(await this.#index.list(userId)).includes(key)) return false;
      await this.#drop([key]);
      await this.#index.remove(userId, [key]);
      return true;
    });
  }

  /** Signs a user out everywhere. @param exceptId of the one session that stays @returns how many it were */
  async endAll(userId: number, exceptId?: string): Promise<number> {
    const except = exceptId && toHash(exceptId);
    return failClosed(async () => {
      const hashes = (await this.#index.list(userId)).filter((hash) => hash !== except);
      await this.#drop(hashes);
      await this.#index.remove(userId, hashes);
      return hashes.length;
    });
  }

  /** Signs everybody out. @returns how many sessions it were */
  async endEverybodys(): Promise<number> {
    return failClosed(async () => {
      const nodes = 'nodes' in this.cache ? this.cache.nodes('master') : [this.cache];
      let count = 0;
      for (const node of nodes) {
        for await (const keys of node.scanStream({ match: toKey('*'), count: 1_000 }) as AsyncIterable<string[]>) {
          await Promise.all(keys.map((key) => this.cache.del(key)));
          count += keys.length;
        }
      }
      return count;
    });
  }

  /** One by one: in a cluster they may lie on different nodes. */
  async #drop(hashes: readonly string[]): Promise<void> {
    await Promise.all(hashes.map((hash) => this.cache.del(toKey(hash))));
  }

  get #idle(): number {
    return this.limits.idleMilliseconds ?? 30 * 60_000;
  }

  get #absolute(): number {
    return this.limits.absoluteMilliseconds ?? 8 * 60 * 60_000;
  }
}

/** A cache that does not answer has not said "signed out". */
async function failClosed<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw unavailable('sessions cache', error);
  }
}
