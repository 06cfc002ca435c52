// One process at a time: a lock file that names its owner, and is void when the owner is gone.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, type ProcessRecord, toRecord } from '../process-record';

export interface LockOptions {
  /** Told once, when another living process holds it. */
  readonly onWait?: () => void;
  /** Ends the waiting. */
  readonly stop?: AbortSignal;
}

/** Runs the work while holding the lock. */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let hasWaited = false;
  while (!claimFile(file, JSON.stringify(toRecord('lock', process.pid)))) {
    if (takeAway(file, (content) => !isHeld(content))) continue;
    options.stop?.throwIfAborted();
    if (!hasWaited) options.onWait?.();
    hasWaited = true;
    await delay(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

const isHeld = (content: string): boolean => {
  try {
    return isRunning(JSON.parse(content) as ProcessRecord);
  } catch {
    return false;
  }
};

/** Creates a file with its whole content, unless it exists: nobody ever sees half of it. */
export function claimFile(file: string, content: string): boolean {
  const own = `${file}.${process.pid}`;
  try {
    writeFileSync(own, content, { mode: 0o600 });
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a file whose content is void. A rename lets one of several succeed, and shows it what it took. */
export function takeAway(file: string, isVoid: (content: string) => boolean): boolean {
  const own = `${file}.void.${process.pid}`;
  try {
    if (!isVoid(readFileSync(file, 'utf8'))) return false;
    renameSync(file, own);
    // Between reading and renaming another may have made it anew: then it goes back.
    if (!isVoid(readFileSync(own, 'utf8'))) {
      renameSync(own, file);
      return false;
    }
    rmSync(own, { force: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
