// Looks at the figures of a fleet again and again while it runs, and at its alarms after each look.
import { setTimeout as delay } from 'node:timers/promises';
import type { Alarms } from './alarms/alarms';
import type { History } from './twin/figures/history';

export interface WatchOptions {
  readonly history: History;
  readonly alarms: Alarms;
  /** Aborted when the fleet stops. */
  readonly stop: AbortSignal;
  readonly onEvent: (text: string) => void;
  /** @default 10_000 - a period of a minute has six samples */
  readonly everyMs?: number;
}

/** Resolves when it is stopped. One look is over before the next begins. */
export async function watch({ history, alarms, stop, onEvent, everyMs = 10_000 }: WatchOptions): Promise<void> {
  while (!stop.aborted) {
    const began = Date.now();
    try {
      await history.sample();
      await alarms.judge();
    } catch (error) {
      onEvent(`figures: ${(error as Error).message}`);
    }
    await delay(Math.max(0, everyMs - (Date.now() - began)), undefined, { signal: stop }).catch(() => undefined);
  }
}
