// Looks again and again until something holds; a question that fails for a moment is asked again by the SDK itself.
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';

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

/** @throws OperatorError when it does not hold in time; what was begun goes on */
export async function poll<T>(aws: Aws, { what, ask, isDone, onLook, withinSeconds, toText }: Poll<T>): Promise<T> {
  const began = performance.now();
  for (;;) {
    const found = await ask();
    const seconds = (performance.now() - began) / 1000;
    onLook?.(found, seconds);
    if (isDone(found)) return found;
    if (seconds > withinSeconds) {
      throw new OperatorError(
        `${what} within ${withinSeconds} s, got: ${toText(found)}. It goes on; see: npx clonekit status`,
      );
    }
    await delay(pollSeconds(aws) * 1000);
  }
}
