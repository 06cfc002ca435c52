// Looks again and again until something holds, or nobody wants to know any more.
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import { isPassing } from './failure';

export interface Poll<T> {
  /** What is waited for, in words: `db-1: must be available`. */
  readonly what: string;
  readonly ask: () => Promise<T>;
  readonly isDone: (found: T) => boolean;
  /** Told with every look. */
  readonly onLook?: (found: T, seconds: number) => void;
  readonly withinSeconds: number;
  /** What it was, for who waited in vain. */
  readonly toText: (found: T) => string;
}

/** Seconds between two looks: what takes minutes on AWS takes seconds on this machine. */
export const pollSeconds = ({ target }: Aws): number => (target.endpoint ? 0.3 : 5);

/** After so long without an answer nobody waits any more; a fleet on this machine that does not answer is gone. */
const mostSilentSeconds = ({ target }: Aws): number => (target.endpoint ? 3 : 60);

/** @throws OperatorError when it does not hold in time; what was begun goes on */
export async function poll<T>(aws: Aws, { what, ask, isDone, onLook, withinSeconds, toText }: Poll<T>): Promise<T> {
  const began = performance.now();
  let asked = began;
  for (;;) {
    let found: T;
    try {
      found = await ask();
      asked = performance.now();
    } catch (error) {
      // The way to AWS may be cut for a moment while something takes half an hour.
      if (!isPassing(error) || performance.now() - asked > mostSilentSeconds(aws) * 1000) throw error;
      await pause(aws, pollSeconds(aws));
      continue;
    }
    const seconds = (performance.now() - began) / 1000;
    onLook?.(found, seconds);
    if (isDone(found)) return found;
    if (seconds > withinSeconds) {
      throw new OperatorError(
        `${what} within ${withinSeconds} s, got: ${toText(found)}. It goes on; see: npx clonekit status`,
      );
    }
    await pause(aws, pollSeconds(aws));
  }
}

/** @throws OperatorError when the operator does not want to wait any more */
export async function pause(aws: Aws, seconds: number): Promise<void> {
  await delay(seconds * 1000, undefined, { signal: aws.stop }).catch(() => {});
  if (aws.stop.aborted) {
    throw new OperatorError('interrupted: what was begun may go on; see: npx clonekit status');
  }
}
