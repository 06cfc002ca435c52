// A clone is there and does not answer: it hangs, and nothing on it dies.
import { OperatorError } from '../../config/operator-error';
import { exec } from '../exec';
import { listCloneIds } from '../kill';
import { getHealthy } from './clone-kill';
import type { Drill } from './drill';
import { untilFull } from './until-full';

/** On a machine by its unit; where a clone is a process, by the id that Run Command tells of it. */
const toScript = (signal: 'STOP' | 'CONT'): string =>
  `if [ -n "$CLONEKIT_APP_PID" ]; then kill -${signal} "$CLONEKIT_APP_PID"; else systemctl kill --signal=SIG${signal} clonekit.service; fi`;

export const cloneFreeze: Drill = {
  name: 'clone-freeze',
  promise: 'the load balancer lets go of the clone that hangs, nobody is signed out, and it is replaced',
  // Whoever is sent there before the health check has failed often enough waits in vain.
  allowed: { sessionsLost: 0, failedPercent: 15, staleReads: 0 },
  plan: async (aws, stage) => {
    const [victim] = await getHealthy(aws, stage);
    const id = victim?.id ?? '';
    return {
      touches: [`${id}: its app is stopped by SIGSTOP; its group replaces it once its grace is over`],
      inject: async () => {
        const [ran] = await exec(aws, [id], toScript('STOP'));
        if (ran?.status !== 'Success')
          throw new OperatorError(`${id}: must freeze, got: ${ran?.status} ${ran?.stderr.trim()}`);
      },
      heal: (tell) => untilFull(aws, stage, [id], tell),
      undo: async () => {
        // Replaced is undone.
        if ((await listCloneIds(aws, stage)).includes(id)) await exec(aws, [id], toScript('CONT'));
      },
    };
  },
};
