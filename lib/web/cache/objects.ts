// Cached objects: something that is one row or a few, kept in the form in which it is answered.
import type { Position } from '../database/dialect';
import { type CacheAside, endLate } from './cache-aside';
import type { Cell, Load } from './cell';
import { type Lifetimes, objectLifetimes, withJitter } from './lifetimes';
import { type Change, createNonce, isPending, toPosition } from './marker';
import { readStamped, stamp } from './stamp';

/** One form of an object. A change of the object drops all its views. */
export interface View<T> {
  /** What the object is, as `article`. */
  readonly of: string;
  /** `form:number`; raise the number when the form changes, for during a roll two releases share one cache. */
  readonly name: string;
  toText(value: T): string;
  fromText(text: string): T;
}

/** Reads an object; undefined when there is none. */
export type LoadObject<T> = Load<T | undefined>;

const toKey = (of: string, id: number): string => `${of}:${id}`;

export class Objects {
  constructor(
    private readonly cacheAside: CacheAside,
    private readonly lifetimes: Lifetimes = objectLifetimes,
  ) {}

  /** @param own where the reader's own latest write ended */
  async get<T>(view: View<T>, id: number, load: LoadObject<T>, own?: Position): Promise<T | undefined> {
    return this.cacheAside.get(this.#toCell(view, id), load, own);
  }

  /** Before a write; what it returns is for after it. If the clone dies in between, readers keep to the primary. */
  async changing(of: string, id: number): Promise<(position: Position) => Promise<void>> {
    const key = toKey(of, id);
    const begun = createNonce();
    await this.cacheAside.use(key, (engine) => engine.begin(key, begun));
    return (position) => this.#tell(key, { nonce: createNonce(), position, begun });
  }

  /** After a write that could not say before what it was going to change. */
  async changed(of: string, id: number, position: Position): Promise<void> {
    await this.#tell(toKey(of, id), { nonce: createNonce(), position });
  }

  async #tell(key: string, change: Change): Promise<void> {
    await this.cacheAside.tell([key], { now: (engine) => engine.end(key, change), late: endLate });
  }

  #toCell<T>(view: View<T>, id: number): Cell<T | undefined> {
    const entry = { key: toKey(view.of, id), part: view.name };
    return {
      entry,
      toPosition,
      find: async (engine) => {
        const { marker, text } = await engine.find(entry);
        const stamped = text === undefined ? undefined : readStamped(text, this.lifetimes.stale);
        if (!stamped) return undefined;
        const { payload, age } = stamped;
        const value = payload === undefined ? undefined : view.fromText(payload);
        if (isPending(marker)) return { value, age: 'kept' };
        // That there was none is worth nothing once it is old.
        return value === undefined && age === 'stale' ? undefined : { value, age };
      },
      rebuild: async (marker, read, fill) => {
        const value = await read();
        const { fresh, stale, absent } = this.lifetimes;
        const lifetime = withJitter(value === undefined ? absent : fresh);
        const text = stamp(value === undefined ? undefined : view.toText(value), lifetime);
        const milliseconds = lifetime + (value === undefined ? 0 : stale);
        await fill((engine) => engine.fill(entry, { marker, text, milliseconds }));
        return value;
      },
    };
  }
}
