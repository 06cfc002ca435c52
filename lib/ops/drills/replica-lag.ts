// A replica is away for a while, and behind when it is back. RDS has no call that makes one lag; a restart is what it has.
import { RDSClient, RebootDBInstanceCommand } from '@aws-sdk/client-rds';
import { OperatorError } from '../../config/operator-error';
import { fromNow, readMessages } from '../db/events';
import { getInstance, verifyAvailable, waitForInstance } from '../db/instance';
import { isWithin, readReplicaLags } from '../db/lag';
import { poll } from '../poll';
import type { Drill } from './drill';

const withinSeconds = 1800;

export const replicaLag: Drill = {
  name: 'replica-lag',
  promise: 'nobody reads what is older than what they wrote, and nothing fails: reads go to the primary meanwhile',
  allowed: { sessionsLost: 0, failedPercent: 0.5, staleReads: 0 },
  plan: async (aws, stage) => {
    const [id] = stage.replicaIds;
    if (id === undefined) throw new OperatorError(`stage ${stage.name}: must have a replica, got: none`);
    verifyAvailable(await getInstance(aws, stage, id));
    let since = fromNow();
    return {
      touches: [`${id}: it is restarted, and catches up`],
      inject: async () => {
        since = fromNow();
        await aws.of(RDSClient).send(new RebootDBInstanceCommand({ DBInstanceIdentifier: id }));
      },
      heal: async (tell) => {
        // It is available until it goes, and its figures are those of before.
        const isRestarted = async () => (await readMessages(aws, id, since)).some((said) => /restarted/i.test(said));
        await waitForInstance(aws, stage, id, isRestarted, {
          withinSeconds,
          onLook: (status) => tell(`${id} ${status}`),
        });
        const back = new Date();
        await poll(aws, {
          what: `database ${id}: must have caught up`,
          ask: async () => (await readReplicaLags(aws, stage, back)).find((lag) => lag.id === id),
          isDone: (lag) => lag !== undefined && isWithin(lag, 1),
          onLook: (lag) => tell(`${id} ${lag?.seconds ?? '?'} s behind`),
          withinSeconds,
          toText: (lag) => `${lag?.seconds ?? 'no replication'}`,
        });
      },
      undo: async () => {},
    };
  },
};
