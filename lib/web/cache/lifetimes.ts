// How long things stay in the objects cache.

export interface Lifetimes {
  /** Until it is read from the database again, at least; up to a fifth longer. Bounds what a change that was lost does. */
  fresh: number;
  /** How much longer it is kept for when the database is away. */
  stale: number;
  /** How long it is remembered that there is no such thing. */
  absent: number;
}

/** Milliseconds, as all of these. */
export const objectLifetimes: Lifetimes = { fresh: 10 * 60_000, stale: 60 * 60_000, absent: 15_000 };

/** Shorter: what a clone leaves when it dies between a change and dropping the queries that hold it. */
export const queryLifetimes: Lifetimes = { fresh: 2 * 60_000, stale: 60 * 60_000, absent: 15_000 };

/** From this share of its lifetime on, one reader has it read anew while all others go on with what is there. */
export const agingShare = 0.9;

/** Markers stay this long, which bounds how far a replica may lag before a reader who finds none fills in what it saw there. */
export const markerMilliseconds = 10 * 60_000;

/** As long as the marker of something that nobody has written must be there: until whoever reads it has filled it in. */
export const untilFilledMilliseconds = 30_000;

/** Whoever rebuilds something is left alone this long; if it died, the next one takes over then. */
export const leaseMilliseconds = 1_000;

/** Jitter: what was filled together must not all be missed together. */
export const withJitter = (milliseconds: number): number => Math.round(milliseconds * (1 + Math.random() / 5));
