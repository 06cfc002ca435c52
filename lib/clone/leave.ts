// At the end: the app has drained and is gone; the group need not wait for this clone any longer.
import { stopHook } from '../config/names';
import type { Lifecycle } from './lifecycle';
import type { Log } from './log';

export interface LeaveOptions {
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  /**
   * How long to go on telling a group that does not listen yet: it waits for a clone only after the load balancer has let
   * go of it, which an idle app is quicker than. A clone that EC2 takes back may be waited for by nobody at all.
   */
  readonly withinSeconds: number;
}

export async function leave({ lifecycle, log, withinSeconds }: LeaveOptions): Promise<void> {
  const isTold = await lifecycle.complete(stopHook, 'CONTINUE', withinSeconds);
  log('info', isTold ? 'has left' : 'has left; the group did not wait for it');
}
