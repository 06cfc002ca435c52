// The list of what a release holds, in the form that `sha256sum --check` reads on a machine that has nothing else yet.
import { releaseFiles } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { byCodeUnit } from './descriptor';

/** Path → sha256 in hex, of every file but the list itself. */
export type Sums = ReadonlyMap<string, string>;

export const toSumsText = (sums: Sums): string =>
  [...sums]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([path, sum]) => `${sum}  ${path}\n`)
    .join('');

/** What `toSumsText` wrote; undefined when it is anything else. */
export function findSums(text: string): Sums | undefined {
  const lines = text.split('\n').slice(0, -1);
  const rows = lines.map((line) => /^([0-9a-f]{64}) {2}(.+)$/.exec(line));
  const sums = new Map(rows.flatMap((row) => (row ? [[row[2] as string, row[1] as string] as const] : [])));
  return toSumsText(sums) === text && [...sums.keys()].every(isReleasePath) ? sums : undefined;
}

/**
 * Whether a path can be one of a release: relative, within it, of characters that a line of the list can hold as they
 * are (`sha256sum` writes backslashes and control characters in a way of its own).
 */
export const isReleasePath = (path: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it refuses.
  !/[\u0000-\u001f\u007f\\]/.test(path) &&
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..') &&
  path !== releaseFiles.sums;

/** @throws OperatorError */
export function verifyReleasePath(path: string): void {
  if (isReleasePath(path)) return;
  throw new OperatorError(
    `A file in a release must have a relative path without "..", backslashes and control characters; got: ${JSON.stringify(path)}; rename it`,
  );
}
