// The lock of stateful ids as a file that is committed: a review sees an id go before a deploy does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type StatefulIds, toStatefulIds } from './stateful-ids';
import type { Template } from './template-view';

/** Nothing is locked where there is no file yet. */
export function readStatefulIds(file: string): StatefulIds {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} must be JSON; got: ${(error as Error).message}; take it from git, or delete it and lock`);
  }
}

/** Locks what these templates hold. Stacks that are not among them stay locked as they were. */
export function writeStatefulIds(file: string, templates: Readonly<Record<string, Template>>): void {
  const all = { ...readStatefulIds(file), ...toStatefulIds(templates) };
  const locked = Object.entries(all).filter(([, ids]) => Object.keys(ids).length > 0);
  const sorted = Object.fromEntries(locked.sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}
