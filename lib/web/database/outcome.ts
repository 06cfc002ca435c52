// What an error says of the statement that it ended: refused, surely undone, or maybe executed.

/** What a server answers that became a replica: three ways of saying read-only. */
const readOnlyErrors = [1290, 1792, 1836];

/** A deadlock, and a wait for a lock that took too long. */
const lockErrors = [1213, 1205];

/** The server ended a statement at the limit of its session: MySQL's way of saying it, and MariaDB's. */
const limitErrors = [3024, 1969];

/** The connection ends with it, whatever its state says: shutting down, killed (two ways), idle for too long. */
const partingErrors = [1053, 1927, 3169, 4031];

/** Nothing of it has been executed: it was never sent, or its transaction has not been committed. */
export class Undone extends Error {
  override name = 'Undone';
}

/** The connection broke while the answer was awaited: a write may have been executed, or not. */
export class Lost extends Error {
  override name = 'Lost';
}

/** No answer in time; nobody should wait for another one as long. */
export class Late extends Error {
  override name = 'Late';
}

interface DriverError {
  errno?: number;
  sqlState?: string;
  fatal?: boolean;
}

const isOneOf = (error: unknown, numbers: readonly number[]): boolean =>
  numbers.includes((error as DriverError | undefined)?.errno ?? 0);

export const isReadOnly = (error: unknown): boolean => isOneOf(error, readOnlyErrors);

export const isLockError = (error: unknown): boolean => isOneOf(error, lockErrors);

export const isOverLimit = (error: unknown): boolean => isOneOf(error, limitErrors);

/** The server refused this statement and the connection is as good as before; anything else is a broken connection. */
export function isStatementError(error: unknown): boolean {
  const { sqlState, errno, fatal } = error as DriverError;
  if (sqlState === undefined || errno === undefined || fatal) return false;
  return !sqlState.startsWith('08') && !isOneOf(error, [...readOnlyErrors, ...partingErrors]);
}

/** Doing it again does it once. */
export const isUndone = (error: unknown): boolean =>
  hasCause(error, (cause) => cause instanceof Undone || isReadOnly(cause) || isLockError(cause));

/** Reading again may help: on another connection, or on another server. */
export const isLost = (error: unknown): boolean => hasCause(error, (cause) => cause instanceof Lost);

function hasCause(error: unknown, isIt: (error: unknown) => boolean): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return isIt(error) || hasCause((error as { cause?: unknown }).cause, isIt);
}
