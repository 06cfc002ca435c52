// Who somebody's friends are: a set each, so that the cache itself answers which friends two have in common.
import { type Position, unknownPosition } from '../database/dialect';
import { type CacheAside, endLate } from './cache-aside';
import type { Cell } from './cell';
import { membersPart } from './engine';
import { type Lifetimes, objectLifetimes, withJitter } from './lifetimes';
import { createNonce, toPosition } from './marker';

const toKey = (userId: number): string => `friends:${userId}`;

export class FriendCache {
  constructor(
    private readonly cacheAside: CacheAside,
    private readonly lifetimes: Pick<Lifetimes, 'fresh'> = objectLifetimes,
  ) {}

  /** In no order. @param load must read where `after` has arrived, or the primary */
  async get(userId: number, load: (after: readonly Position[]) => Promise<number[]>): Promise<number[]> {
    return this.cacheAside.get(this.#toCell(userId), load);
  }

  async inCommon(
    one: number,
    other: number,
    load: (userId: number, after: readonly Position[]) => Promise<number[]>,
  ): Promise<number[]> {
    const [a, b] = [toKey(one), toKey(other)];
    // A change that could not be told drops one of them only: `get` knows of it, the cache does not.
    const common = await this.cacheAside.use(a, () => this.cacheAside.use(b, (engine) => engine.findCommon(a, b)));
    if (common) return common;
    const [ofOne, ofOther] = await Promise.all(
      [one, other].map((userId) => this.get(userId, (after) => load(userId, after))),
    );
    const known = new Set(ofOther);
    return (ofOne ?? []).filter((userId) => known.has(userId));
  }

  /** After a write; of both, when two have become friends. @param position where the write ended, if known */
  async changed(userId: number, position: Position = unknownPosition): Promise<void> {
    const key = toKey(userId);
    const change = { nonce: createNonce(), position };
    await this.cacheAside.tell([key], { now: (engine) => engine.end(key, change), late: endLate });
  }

  #toCell(userId: number): Cell<number[]> {
    const entry = { key: toKey(userId), part: membersPart };
    return {
      entry,
      toPosition,
      find: async (engine) => {
        const value = await engine.findMembers(entry.key);
        return value && { value, age: 'fresh' };
      },
      rebuild: async (marker, read, fill) => {
        const numbers = await read();
        const milliseconds = withJitter(this.lifetimes.fresh);
        await fill((engine) => engine.fillMembers(entry.key, { marker, numbers, milliseconds }));
        return numbers;
      },
    };
  }
}
