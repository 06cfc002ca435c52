// When the app cannot be kept running: this clone asks to be replaced, instead of starting it over and over.
import { readyHook } from '../config/names';
import type { Lifecycle } from './lifecycle';
import type { Log } from './log';

export interface ReplaceOptions {
  readonly lifecycle: Lifecycle;
  readonly log: Log;
}

/** Gives up the launch while it lasts; a clone in service is told to be unhealthy. Rejects when neither can be told. */
export async function replace({ lifecycle, log }: ReplaceOptions): Promise<void> {
  if (await lifecycle.complete(readyHook, 'ABANDON', 0)) {
    log('error', 'gives up its launch: the app cannot be kept running');
    return;
  }
  await lifecycle.setUnhealthy();
  log('error', 'unhealthy, to be replaced: the app cannot be kept running');
}
