// The migrations of a release as files: those that add to the schema, and those that take away and say so by their name.
import { readdir } from 'node:fs/promises';

/** By their names, in the order they are applied. */
export const listMigrations = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

/** Whether it takes away what an older release may still use: it waits until none of these runs. */
export const isContract = (name: string): boolean => name.endsWith('.contract.sql');

const takesAway = /\b(DROP|RENAME|MODIFY|CHANGE|TRUNCATE|DELETE)\b/i;

/** Neither what is said about a statement nor what is quoted in it does anything. */
const toStatements = (text: string): string =>
  text.replace(/--.*$|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.|'')*'|`[^`]*`/gm, ' ');

/** @throws Error when a migration may break the release that runs beside it, and is not named as one that does */
export function verifyExpands(name: string, text: string): void {
  const [word] = takesAway.exec(toStatements(text)) ?? [];
  if (isContract(name) || word === undefined) return;
  throw new Error(
    `Migration ${name} must only add to the schema, got: ${word.toUpperCase()}; add what is new now, and take the rest away in a NNN-name.contract.sql of a later release.`,
  );
}
