// What somebody's friends did lately: the newest activities in their order, so that a new one is added and not all read anew.
import { type Position, unknownPosition } from '../database/dialect';
import { type CacheAside, endLate, type Telling } from './cache-aside';
import type { Cell } from './cell';
import { rankedPart } from './engine';
import { type Lifetimes, objectLifetimes, withJitter } from './lifetimes';
import { createNonce, toPosition } from './marker';

/** A stream in the cache ends here; whoever reads on asks the database. */
export const streamBound = 200;

/** A cache does one thing at a time: many streams go in several steps, with others' in between. */
const streamsAtOnce = 250;

export interface StreamWindow {
  /** Only activities older than this one. */
  before?: number;
  limit: number;
}

const toKey = (userId: number): string => `stream:${userId}`;

export class StreamCache {
  constructor(
    private readonly cacheAside: CacheAside,
    private readonly lifetimes: Pick<Lifetimes, 'fresh'> = objectLifetimes,
  ) {}

  /** Ids of activities, newest first. @param load gives the newest 200, and must read where `after` has arrived, or the primary */
  async read(
    userId: number,
    { before = Number.MAX_SAFE_INTEGER, limit }: StreamWindow,
    load: (after: readonly Position[]) => Promise<number[]>,
  ): Promise<number[]> {
    const key = toKey(userId);
    const found = await this.cacheAside.use(key, (engine) => engine.findRanked(key, before, limit));
    if (found) return found;
    const all = await this.cacheAside.get(this.#toCell(userId), load);
    return all.filter((id) => id < before).slice(0, limit);
  }

  /** After a write: on top of each stream that is there. @param position where the write ended, if known */
  async push(userIds: readonly number[], activityId: number, position: Position = unknownPosition): Promise<void> {
    for (let first = 0; first < userIds.length; first += streamsAtOnce) {
      const keys = userIds.slice(first, first + streamsAtOnce).map(toKey);
      const change = { nonce: createNonce(), position };
      const now: Telling['now'] = (engine) => engine.push(keys, activityId, streamBound, change);
      await this.cacheAside.tell(keys, { now, late: endLate });
    }
  }

  /** After a write that is more than a new activity, such as a friend more or less. */
  async changed(userId: number, position: Position = unknownPosition): Promise<void> {
    const key = toKey(userId);
    const change = { nonce: createNonce(), position };
    await this.cacheAside.tell([key], { now: (engine) => engine.end(key, change), late: endLate });
  }

  #toCell(userId: number): Cell<number[]> {
    const entry = { key: toKey(userId), part: rankedPart };
    return {
      entry,
      toPosition,
      find: async (engine) => {
        const value = await engine.findRanked(entry.key, Number.MAX_SAFE_INTEGER, streamBound);
        return value && { value, age: 'fresh' };
      },
      rebuild: async (marker, read, fill) => {
        const numbers = await read();
        const milliseconds = withJitter(this.lifetimes.fresh);
        await fill((engine) => engine.fillRanked(entry.key, { marker, numbers, milliseconds }));
        return numbers;
      },
    };
  }
}
