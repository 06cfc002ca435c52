// The objects cache on Redis or Valkey: a hit is one command, and whatever must be one step is a script.
import type { Result } from 'ioredis';
import type { CacheClient } from '../../caches/mode';
import { type Engine, type Found, membersPart, rankedPart } from '../engine';
import { leaseMilliseconds, markerMilliseconds, untilFilledMilliseconds } from '../lifetimes';
import { createNonce, isRecentDrop } from '../marker';
import { scripts, sentinel, toContentKey } from './scripts';
import { SharedReads } from './shared-reads';

type Argument = string | number;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeEntry(key: string, ...args: Argument[]): Result<[string, number], Context>;
    fillObject(key: string, ...args: Argument[]): Result<number, Context>;
    beginChange(key: string, ...args: Argument[]): Result<number, Context>;
    endChange(key: string, content: string, ...args: Argument[]): Result<number, Context>;
    fillMembers(key: string, content: string, ...args: Argument[]): Result<number, Context>;
    fillRanked(key: string, content: string, ...args: Argument[]): Result<number, Context>;
    pushRanked(keys: number, ...keysAndArgs: Argument[]): Result<number, Context>;
    findTagged(key: string, part: string): Result<string | null, Context>;
    readTags(key: string, part: string): Result<(string | null)[], Context>;
    fillTagged(keys: number, ...keysAndArgs: Argument[]): Result<string[], Context>;
    dropTags(keys: number, ...keysAndArgs: Argument[]): Result<number, Context>;
  }
}

const toTagKey = (tag: string): string => `tag:${tag}`;

/** Scripts read keys by names they find: the cache must be one server, not a cluster. */
export function createRedisEngine(client: CacheClient): Engine {
  for (const [name, script] of Object.entries(scripts)) client.defineCommand(name, script);
  const reads = new SharedReads();

  const fillNumbers = async (command: 'fillMembers' | 'fillRanked', part: string, key: string, fill: NumbersFill) => {
    const { marker, milliseconds, numbers } = fill;
    const args = [part, marker, milliseconds, sentinel, ...numbers];
    await client[command](key, toContentKey(key), ...args);
  };

  return {
    find: ({ key, part }) =>
      reads.share(`${part} ${key}`, () => client.hmget(key, 'written', `value:${part}`).then(toFound)),

    async fill({ key, part }, { marker, text, milliseconds }) {
      await client.fillObject(key, part, marker, text, milliseconds);
    },

    async take({ key, part }, nonce) {
      const taken = await client.takeEntry(key, part, nonce, leaseMilliseconds, untilFilledMilliseconds);
      return { marker: taken[0], isTaken: taken[1] === 1 };
    },

    async release({ key, part }) {
      await client.hdel(key, `lease:${part}`);
    },

    async begin(key, nonce) {
      await client.beginChange(key, nonce, markerMilliseconds);
    },

    async end(key, { nonce, position, begun = '' }) {
      await client.endChange(key, toContentKey(key), nonce, position, begun, markerMilliseconds);
    },

    async findMembers(key) {
      return toNumbers(await client.smembers(toContentKey(key)));
    },

    fillMembers: (key, fill) => fillNumbers('fillMembers', membersPart, key, fill),

    async findCommon(one, other) {
      return toNumbers(await client.sinter(toContentKey(one), toContentKey(other)));
    },

    async findRanked(key, before, limit) {
      return toNumbers(await client.zrevrangebyscore(toContentKey(key), `(${before}`, '-inf', 'LIMIT', 0, limit));
    },

    fillRanked: (key, fill) => fillNumbers('fillRanked', rankedPart, key, fill),

    async push(keys, number, bound, { nonce, position }) {
      const all = keys.flatMap((key) => [key, toContentKey(key)]);
      await client.pushRanked(all.length, ...all, number, bound, nonce, position, markerMilliseconds);
    },

    findTagged: ({ key, part }) =>
      reads.share(`tagged ${part} ${key}`, () => client.findTagged(key, part).then((text) => text ?? undefined)),

    async findDrops({ key, part }) {
      const markers = await client.readTags(key, part);
      return markers.filter((marker) => marker !== null).filter((marker) => isRecentDrop(marker));
    },

    async fillTagged({ key, part }, { marker, text, milliseconds, tags, seen }) {
      const keys = [key, ...tags.map(toTagKey)];
      const since = Date.now() - markerMilliseconds;
      const args = [part, marker, text, milliseconds, since, createNonce(), ...seen];
      return client.fillTagged(keys.length, ...keys, ...args);
    },

    async drop(tags, { nonce, position }) {
      const now = Date.now();
      const times = [markerMilliseconds, now, now - markerMilliseconds];
      await client.dropTags(tags.length, ...tags.map(toTagKey), nonce, position, ...times);
    },
  };
}

type NumbersFill = Parameters<Engine['fillMembers']>[1];

const toFound = ([marker, text]: (string | null)[]): Found => ({ marker: marker ?? '', text: text ?? undefined });

/** Every set has the sentinel: none at all means that there is no set. */
const toNumbers = (members: string[]): number[] | undefined =>
  members.length === 0 ? undefined : members.map(Number).filter((number) => number !== sentinel);
