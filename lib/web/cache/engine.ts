// What the cached things of this app need of a cache: an engine is one file that does all of it, each step at once.
import type { Change, Marker } from './marker';

export interface Found {
  /** Empty when nothing is known. */
  marker: Marker;
  text?: string;
}

export interface Taken {
  marker: Marker;
  /** Whether the caller is the one to rebuild; nobody is while a write is under way. */
  isTaken: boolean;
}

/** One cached thing: all its parts stand and fall together, those of other releases too. */
export interface Entry {
  key: string;
  /** Which form of it; its name has a number that is raised when the form changes. */
  part: string;
}

/** A fill, which is refused if the marker is another one by now. The lease is given back with it. */
export interface Fill {
  marker: Marker;
  /** How long it stays. */
  milliseconds: number;
}

export interface TagFill extends Fill {
  text: string;
  tags: readonly string[];
  /** Nonces of the drops that what is filled in has waited for. */
  seen: readonly string[];
}

/** Any of these may fail; none takes longer than the cache's time limit. */
export interface Engine {
  find(entry: Entry): Promise<Found>;
  fill(entry: Entry, fill: Fill & { text: string }): Promise<void>;

  /** @param nonce for the marker, if there is none yet */
  take(entry: Entry, nonce: string): Promise<Taken>;
  /** Gives the lease back: the next one may try at once. */
  release(entry: Entry, marker: Marker): Promise<void>;

  /** Before a write: what is there is kept aside, and nothing is filled in. */
  begin(key: string, nonce: string): Promise<void>;
  /** After a write: drops every part. A position is believed only if no other write came in between. */
  end(key: string, change: Change): Promise<void>;

  /** Numbers above 0 in no order; undefined when they are not there, which is not the same as none. */
  findMembers(key: string): Promise<number[] | undefined>;
  fillMembers(key: string, fill: Fill & { numbers: readonly number[] }): Promise<void>;
  /** What both have; undefined unless both are there. */
  findCommon(one: string, other: string): Promise<number[] | undefined>;

  /** Numbers above 0, the highest first, below `before`. */
  findRanked(key: string, before: number, limit: number): Promise<number[] | undefined>;
  fillRanked(key: string, fill: Fill & { numbers: readonly number[] }): Promise<void>;
  /** Adds a number to each that is there, keeps the highest `bound`, and leaves a change at all of them. */
  push(keys: readonly string[], number: number, bound: number, change: Change): Promise<void>;

  /** Only if none of its tags was dropped since it was filled. */
  findTagged(entry: Entry): Promise<string | undefined>;
  /** Markers of recent drops of the tags it had when it was filled last. */
  findDrops(entry: Entry): Promise<Marker[]>;
  /** Markers of recent drops that were not seen, and so kept it from being filled. */
  fillTagged(entry: Entry, fill: TagFill): Promise<Marker[]>;
  drop(tags: readonly string[], change: Change): Promise<void>;
}

/** The parts that members and ranked numbers are, when somebody takes them to rebuild. */
export const membersPart = 'members';
export const rankedPart = 'ranked';
