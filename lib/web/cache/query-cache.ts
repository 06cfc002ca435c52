// Cached queries: what a query returned, with a tag for each row that is in it, so that a change drops what holds it.
import { hash } from 'node:crypto';
import { type Position, unknownPosition } from '../database/dialect';
import type { CacheAside } from './cache-aside';
import type { Cell, Load, Read, Use } from './cell';
import type { Entry } from './engine';
import { type Lifetimes, queryLifetimes, withJitter } from './lifetimes';
import { createNonce, type Marker, toNonce, toPosition } from './marker';
import { readStamped, stamp } from './stamp';

/** What it holds, as `articles:17` for a row, or what it depends on that is no row of it, as `articles:newest`. */
export type Tags<T> = readonly string[] | ((value: T) => readonly string[]);

/** To wait for each of these is less than to ask the primary. */
const mostPositions = 3;

/** A name of a tag among other names. */
const toName = (tag: string): string => `tag:${tag}`;
const toTag = (name: string): string => name.slice('tag:'.length);

export class QueryCache {
  constructor(
    private readonly cacheAside: CacheAside,
    private readonly lifetimes: Pick<Lifetimes, 'fresh' | 'stale'> = queryLifetimes,
  ) {}

  /**
   * @param name of the query; has a number that is raised when the rows get another form
   * @param tags usually those of the rows that came back
   * @param own where the reader's own latest write ended
   */
  async get<T>(name: string, parameters: unknown, tags: Tags<T>, load: Load<T>, own?: Position): Promise<T> {
    return this.cacheAside.get(this.#toCell(toEntry(name, parameters), tags), load, own);
  }

  /** After a write. @param position where it ended, if known */
  async drop(tags: readonly string[], position: Position = unknownPosition): Promise<void> {
    tags.forEach(verifyTag);
    const change = { nonce: createNonce(), position };
    await this.cacheAside.tell(tags.map(toName), {
      now: (engine) => engine.drop(tags, change),
      late: (engine, name, change) => engine.drop([toTag(name)], change),
    });
  }

  #toCell<T>(entry: Entry, tags: Tags<T>): Cell<T> {
    return {
      entry,
      find: async (engine) => {
        const text = await engine.findTagged(entry);
        const stamped = text === undefined ? undefined : readStamped(text, this.lifetimes.stale);
        return stamped && { value: JSON.parse(stamped.payload as string) as T, age: stamped.age };
      },
      // Which rows come back is known afterwards only, so nobody knows which of them a replica has not got yet.
      toPosition: () => unknownPosition,
      rebuild: (marker, read, fill) => this.#rebuild(entry, tags, marker, read, fill),
    };
  }

  /**
   * Which rows come back is known afterwards only, and then a row may turn out to have changed just before: is that in what
   * a replica gave? The second time it is waited for. Usually once is enough: what was in it the last time is known.
   */
  async #rebuild<T>(entry: Entry, tags: Tags<T>, marker: Marker, read: Read<T>, use: Use): Promise<T> {
    const seen = (await use((engine) => engine.findDrops(entry))) ?? [];
    const value = await read(toPositions(seen));
    const unseen = await this.#fill(entry, tags, marker, value, seen, use);
    if (unseen.length === 0) return value;
    // For both: another replica may answer now.
    const all = [...seen, ...unseen];
    const second = await read(toPositions(all));
    const still = await this.#fill(entry, tags, marker, second, all, use);
    // Changed again meanwhile: good for who has asked already, and for nobody else.
    if (still.length > 0) await use((engine) => engine.release(entry, marker));
    return second;
  }

  async #fill<T>(entry: Entry, tags: Tags<T>, marker: Marker, value: T, seen: Marker[], use: Use): Promise<Marker[]> {
    const lifetime = withJitter(this.lifetimes.fresh);
    const fill = {
      marker,
      text: stamp(JSON.stringify(value), lifetime),
      milliseconds: lifetime + this.lifetimes.stale,
      tags: typeof tags === 'function' ? tags(value) : tags,
      seen: seen.map(toNonce),
    };
    fill.tags.forEach(verifyTag);
    return (await use((engine) => engine.fillTagged(entry, fill))) ?? [];
  }
}

const toEntry = (name: string, parameters: unknown): Entry => {
  const digest = hash('sha256', JSON.stringify(parameters), 'base64url');
  return { key: `query:${name}:${digest}`, part: 'rows' };
};

function toPositions(markers: readonly Marker[]): Position[] {
  const positions = [...new Set(markers.map(toPosition))].filter((position) => position !== undefined);
  return positions.length > mostPositions ? [unknownPosition] : positions;
}

function verifyTag(tag: string): void {
  if (!/^[\w:.-]{1,100}$/.test(tag)) throw new Error(`A tag must be 1 to 100 of A-Z a-z 0-9 _ : . -, got: ${tag}`);
}
