// Doing again what failed, when that is safe: while a failover lasts a moment, nobody needs to hear of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '../problem';
import { isLockError, isLost, isUndone } from './outcome';

/** Deadlocks come in company: jitter keeps those who met from meeting again. */
const pauseMilliseconds = 50;
const attempts = 3;

/** For writes: only what was surely not executed, so that it happens once. */
export const writeSafely = <T>(attempt: () => Promise<T>): Promise<T> => again(attempt, isUndone);

/** For reads: what broke, too. Not what was late: whoever asks has waited long enough. */
export const readSafely = <T>(attempt: () => Promise<T>): Promise<T> =>
  again(attempt, (error) => isUndone(error) || isLost(error));

async function again<T>(attempt: () => Promise<T>, isSafe: (error: unknown) => boolean): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isSafe(error)) throw error;
      if (n === attempts) throw isLockError(error) ? unavailable('database', error) : error;
      await sleep(pauseMilliseconds * (1 + Math.random()));
    }
  }
}
