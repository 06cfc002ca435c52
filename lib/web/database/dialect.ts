// What differs between MySQL and MariaDB, as one object each: how a write says where it ended, and how a replica waits.
import type { Query, StateChanges } from './query';

/**
 * A point in the primary's history (a GTID): whoever waits for it on a replica reads what was written there.
 * `unknown` stands for a write whose point the server did not tell; only the primary has surely got it.
 */
export type Position = string;
export const unknownPosition: Position = 'unknown';

/** Longest wait for a replica before the primary is asked instead. */
export const positionWaitSeconds = 0.5;

/** The server gives up on a statement after this; the client a little later, so that the connection survives. */
export const statementTimeoutMilliseconds = 3_000;

/** A wait for a lock ends long before the statement would: it is then known to have done nothing, and is done again. */
export const lockWaitSeconds = 1;

export interface Dialect {
  name: string;
  /** Whether this dialect speaks to the server that calls itself so. */
  isVersion(version: string): boolean;
  /** Run once on every new connection. */
  sessionSettings: string;
  /** Where a write ended, if the server told. */
  findPosition(changes: StateChanges): Position | undefined;
  /** Whether the replica has got there, after waiting for `positionWaitSeconds` at most. */
  waitFor(query: Query, position: Position): Promise<boolean>;
}
