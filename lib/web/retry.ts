// Tries one step of starting up until it holds: a clone outlives whatever it depends on.
import { setTimeout as sleep } from 'node:timers/promises';

interface RetryOptions {
  /** Ends the trying, and the waiting in between. */
  signal: AbortSignal;
  onFailure: (error: unknown, waitMilliseconds: number) => void;
}

/** Undefined when ended by the signal. Waits from 100 ms to 3 s, with jitter so that clones do not march in step. */
export async function retryUntilDone<T>(step: () => Promise<T>, options: RetryOptions): Promise<T | undefined> {
  for (let attempt = 0; !options.signal.aborted; attempt++) {
    try {
      return await step();
    } catch (error) {
      const wait = Math.min(100 * 2 ** attempt, 3_000) * (0.5 + Math.random() / 2);
      options.onFailure(error, wait);
      await sleep(wait, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
  return undefined;
}
