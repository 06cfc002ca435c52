// While it runs: whether the clone must go, and whether its app still answers. Ends with the first of both that is so.
import { setTimeout as delay } from 'node:timers/promises';
import { clonePaths, watchSeconds } from '../config/names';
import { ask, NoAnswer } from './ask';
import type { Log } from './log';
import type { Metadata } from './metadata';

export interface WatchOptions {
  readonly appUrl: string;
  readonly metadata: Metadata;
  readonly log: Log;
  /** @default - every `watchSeconds` */
  readonly everyMs?: number;
  /** How long the app may take to answer that it lives. @default 3000 */
  readonly answerTimeoutMs?: number;
}

/** So many in a row; one can be chance. */
const maxMisses = 3;

/** `leave` when the clone is told to go, `hangs` when the app takes requests and does not answer them. */
export async function watch(options: WatchOptions): Promise<'leave' | 'hangs'> {
  const { log, everyMs = watchSeconds * 1000 } = options;
  let misses = 0;
  let trouble: string | undefined;
  for (;;) {
    const [end, answers] = await Promise.all([
      options.metadata.findEnd().catch((error: Error) => error),
      hasAnswer(options),
    ]);
    if (typeof end === 'string') {
      log('info', `leaves: ${end}`);
      return 'leave';
    }
    // Not being able to ask is no reason to go; it is said once, until it changes.
    if (end?.message !== trouble) log(end ? 'warn' : 'info', end?.message ?? 'metadata answers again');
    trouble = end?.message;
    misses = answers ? 0 : misses + 1;
    if (misses >= maxMisses) {
      log('error', `the app hangs: ${clonePaths.live} was not answered ${misses} times in a row`);
      return 'hangs';
    }
    await delay(everyMs);
  }
}

/**
 * Whether the app answers, be it with an error: what is wrong then is for the load balancer to judge. Nor does an app hang
 * that is not there: whoever started it starts it again.
 */
async function hasAnswer({ appUrl, answerTimeoutMs = 3000 }: WatchOptions): Promise<boolean> {
  return ask(`${appUrl}${clonePaths.live}`, { timeoutMs: answerTimeoutMs }).then(
    () => true,
    (error) => !(error instanceof NoAnswer),
  );
}
