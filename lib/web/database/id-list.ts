// Ids for an IN list that always has the same length: each length would be a prepared statement of its own.

/** Nothing has the id 0. */
export const toIdList = (ids: readonly number[], length: number): number[] =>
  Array.from({ length }, (_, index) => ids[index] ?? 0);
