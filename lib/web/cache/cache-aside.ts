// Cache-aside, the one procedure of all cached things: look there, else have one of all clones ask the database and fill.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Position, unknownPosition } from '../database/dialect';
import { Problem } from '../problem';
import type { Cell, Load, Read, Sight } from './cell';
import type { Engine } from './engine';
import { Flights } from './flights';
import { leaseMilliseconds } from './lifetimes';
import { type Change, createNonce, isPending, type Marker, toPosition } from './marker';
import { Owed } from './owed';

export interface CacheAsideOptions {
  findEngine: () => Engine | undefined;
  onFailure: (error: unknown) => void;
  /** Told how each read ended. */
  onRead?: (outcome: ReadOutcome) => void;
}

/** From the cache, by its age; or from the database, filled in or read without the cache. */
export type ReadOutcome = Sight<unknown>['age'] | 'rebuilt' | 'alone';

/** How the cache is told of a change. */
export interface Telling {
  now: (engine: Engine) => Promise<void>;
  /** Must lose nothing that has come since. */
  late: (engine: Engine, name: string, change: Change) => Promise<void>;
}

/** What an entry is told of when it cannot be told what has changed: everything. */
export const endLate: Telling['late'] = (engine, key, change) => engine.end(key, change);

/** The cache did not answer. */
const away = Symbol('away');

/** Enough for one to die with the lease, and the next to rebuild. */
const longestWaitMilliseconds = 3 * leaseMilliseconds;

/** The first wait for who rebuilds; each is twice as long, up to the most. */
const pauseMilliseconds = { first: 4, most: 64 };

/** Somebody who wants something, and came at this moment. */
interface Reader<T> {
  cell: Cell<T>;
  load: Load<T>;
  own: Position | undefined;
  arrived: number;
}

/** Without a value nothing was filled in, and everybody reads on their own: from where the marker says, if there is one. */
type Rebuilt<T> = { value: T } | { marker?: Marker };

export class CacheAside {
  readonly #flights = new Flights();
  readonly #owed = new Owed();

  constructor(private readonly options: CacheAsideOptions) {}

  /** @param own where the reader's own latest write ended */
  async get<T>(cell: Cell<T>, load: Load<T>, own?: Position): Promise<T> {
    const reader = { cell, load, own, arrived: this.#flights.now() };
    const { key, part } = cell.entry;
    const sight = await this.#ask(key, cell.find);
    if (sight === away) return this.#readAlone(reader);
    if (sight?.age === 'fresh') return this.#take(sight);
    const isUnderWay = this.#flights.isUnderWay(`${key} ${part}`);
    if (sight?.age === 'aging') {
      if (!isUnderWay) this.#rebuildOnce(reader, true).catch(this.options.onFailure);
      return this.#take(sight);
    }
    if (sight?.age === 'stale' && isUnderWay) return this.#take(sight);
    try {
      const rebuilt = await this.#rebuildOnce(reader, sight !== undefined);
      if (!('value' in rebuilt)) return await this.#readAlone(reader, rebuilt.marker);
      this.options.onRead?.('rebuilt');
      return rebuilt.value;
    } catch (error) {
      // Not older than any write that was acknowledged: that would have dropped it.
      if (sight && isUnavailable(error)) return this.#take(sight);
      throw error;
    }
  }

  /** Undefined when the cache does not answer. */
  async use<R>(key: string, use: (engine: Engine) => Promise<R>): Promise<R | undefined> {
    const answer = await this.#ask(key, use);
    return answer === away ? undefined : answer;
  }

  /**
   * Tells the cache of a change. If it does not answer then later, each name on its own, when nobody can say any more who
   * was last.
   */
  async tell(names: readonly string[], { now, late }: Telling): Promise<void> {
    const told = await this.#ask(undefined, (engine) => now(engine).then(() => true));
    if (told === true) return;
    for (const name of names) {
      this.#owed.add(name, async () => {
        const engine = this.options.findEngine();
        if (!engine) throw new Error('There is no objects cache yet.');
        await late(engine, name, { nonce: createNonce(), position: unknownPosition });
      });
    }
  }

  /** Of a clone one goes; of all clones one takes the lease, reads and fills. */
  #rebuildOnce<T>(reader: Reader<T>, hasOld: boolean): Promise<Rebuilt<T>> {
    const { key, part } = reader.cell.entry;
    return this.#flights.join(`${key} ${part}`, reader.arrived, () => this.#rebuild(reader, hasOld));
  }

  /** Whoever has not got the lease waits for what is filled in, or for the lease to end. */
  async #rebuild<T>(reader: Reader<T>, hasOld: boolean): Promise<Rebuilt<T>> {
    const { entry, find } = reader.cell;
    const end = performance.now() + longestWaitMilliseconds;
    for (let pause = pauseMilliseconds.first; ; pause = Math.min(2 * pause, pauseMilliseconds.most)) {
      const taken = await this.#ask(entry.key, (engine) => engine.take(entry, createNonce()));
      if (taken === away) return {};
      const { marker, isTaken } = taken;
      if (isPending(marker)) return { marker };
      // Whoever had the lease before may have filled in just after we looked.
      const sight = await this.#ask(entry.key, find);
      if (sight === away) return {};
      if (isTaken) {
        if (sight?.age !== 'fresh') return { value: await this.#rebuildWithLease(reader, marker, hasOld) };
        await this.use(entry.key, (engine) => engine.release(entry, marker));
      }
      if (sight && sight.age !== 'kept') return { value: sight.value };
      if (performance.now() > end) return { marker };
      await sleep(pause);
    }
  }

  async #rebuildWithLease<T>({ cell, load, own }: Reader<T>, marker: Marker, hasOld: boolean): Promise<T> {
    const { entry } = cell;
    const read: Read<T> = (further = []) => load(toPositions(own, toPosition(marker), ...further));
    try {
      return await cell.rebuild(marker, read, (use) => this.use(entry.key, use));
    } catch (error) {
      // With something old to answer with, the lease keeps everybody from asking a database that is away.
      if (!hasOld) await this.use(entry.key, (engine) => engine.release(entry, marker));
      throw error;
    }
  }

  async #readAlone<T>({ cell, load, own, arrived }: Reader<T>, marker?: Marker): Promise<T> {
    const { key, part } = cell.entry;
    this.options.onRead?.('alone');
    const read = (after: readonly Position[]): Promise<T> =>
      this.#flights.join(`${key} ${part} after ${after.join(' ')}`, arrived, () => load(after));
    try {
      return await read(toPositions(own, marker === undefined ? undefined : cell.toPosition(marker)));
    } catch (error) {
      if (marker === undefined || !isPending(marker) || !isUnavailable(error)) throw error;
      // The primary is away, so the write that is under way is not acknowledged: what a replica has is good.
      return read(toPositions(own));
    }
  }

  #take<T>({ value, age }: Sight<T>): T {
    this.options.onRead?.(age);
    return value;
  }

  /** Not an async function: every request comes by here, and each layer of those costs. */
  #ask<R>(key: string | undefined, ask: (engine: Engine) => Promise<R>): Promise<R | typeof away> {
    const engine = this.options.findEngine();
    if (!engine || (key !== undefined && this.#owed.has(key))) return Promise.resolve(away);
    return ask(engine).catch(this.#fail);
  }

  readonly #fail = (error: unknown): typeof away => {
    this.options.onFailure(error);
    return away;
  };
}

/** What is surely on the primary is asked for there, whatever else is asked for. */
function toPositions(...given: (Position | undefined)[]): Position[] {
  const positions = given.filter((position) => position !== undefined);
  return positions.includes(unknownPosition) ? [unknownPosition] : positions;
}

/** Whether nobody could be asked, as opposed to an answer that is an error. */
const isUnavailable = (error: unknown): boolean => error instanceof Problem && error.statusCode === 503;
