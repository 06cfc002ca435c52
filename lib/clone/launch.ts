// At launch: asks the app until it is ready and tells the group so, or gives the launch up and says why.
import { setTimeout as delay } from 'node:timers/promises';
import { clonePaths, readyHook } from '../config/names';
import { ask } from './ask';
import type { Lifecycle } from './lifecycle';
import type { Log } from './log';

export interface LaunchOptions {
  readonly appUrl: string;
  readonly readySeconds: number;
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  /** How long to tell a group that does not wait for the clone yet: one can be quicker than it. @default 30 */
  readonly groupSeconds?: number;
}

const everyMs = 100;
const answerTimeoutMs = 5000;

/** Whether the clone is ready; when it is not, the reason has been logged and the launch abandoned. */
export async function launch(options: LaunchOptions): Promise<boolean> {
  const { appUrl, readySeconds, lifecycle, log, groupSeconds = 30 } = options;
  const began = Date.now();
  const seconds = (): number => (Date.now() - began) / 1000;
  let reason: string | undefined;
  for (;;) {
    const now = await findReason(appUrl);
    if (now === undefined) break;
    // Each once: the group may end a clone that is late before it can say anything.
    if (now !== reason) log('info', `not ready yet: ${now}`, { seconds: seconds() });
    reason = now;
    if (seconds() >= readySeconds) {
      log('error', `gives up its launch: not ready within ${readySeconds} s: ${reason}`);
      await lifecycle.complete(readyHook, 'ABANDON', groupSeconds);
      return false;
    }
    await delay(everyMs);
  }
  log('info', 'ready', { seconds: seconds() });
  if (!(await lifecycle.complete(readyHook, 'CONTINUE', groupSeconds))) {
    log('warn', 'the group does not wait for this clone: it has been launched before, or was given up');
  }
  return true;
}

/** Why the app is not ready, in its own words; undefined once it is. */
async function findReason(appUrl: string): Promise<string | undefined> {
  try {
    const { status, body } = await ask(`${appUrl}${clonePaths.ready}`, { timeoutMs: answerTimeoutMs });
    return status === 200 ? undefined : `${clonePaths.ready} answers ${status} ${body.slice(0, 300)}`.trim();
  } catch (error) {
    return (error as Error).message;
  }
}
