// One cached thing as cache-aside sees it: how it is found, read from the database, and filled in.
import type { Position } from '../database/dialect';
import type { Engine, Entry } from './engine';
import type { Marker } from './marker';

/** Reads the database, from wherever all of this has arrived. */
export type Load<T> = (after: readonly Position[]) => Promise<T>;

/** As `Load`, from wherever the marker and the reader ask for, and these. */
export type Read<T> = (further?: readonly Position[]) => Promise<T>;

export interface Sight<T> {
  value: T;
  /**
   * `aging` is good still, and read anew by one; `stale` is for while another reads it anew, or nobody can; `kept` is
   * from before a write that is under way, for when nobody can.
   */
  age: 'fresh' | 'aging' | 'stale' | 'kept';
}

/** One cached thing as the procedure sees it. */
export interface Cell<T> {
  readonly entry: Entry;
  readonly find: (engine: Engine) => Promise<Sight<T> | undefined>;
  /** What to wait for when it is read without being filled in. */
  readonly toPosition: (marker: Marker) => Position | undefined;
  /** Reads it anew, and fills it in. */
  rebuild(marker: Marker, read: Read<T>, fill: Use): Promise<T>;
}

/** Does something with the cache; undefined when it does not answer. */
export type Use = <R>(use: (engine: Engine) => Promise<R>) => Promise<R | undefined>;
