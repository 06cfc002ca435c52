// The primary of the database is gone, and its standby takes over.
import { failOver, verifyCanFailOver } from '../db/failover';
import type { Drill } from './drill';

export const dbFailover: Drill = {
  name: 'db-failover',
  promise: 'the standby takes over, no acknowledged write is lost and nobody is signed out; meanwhile writes fail',
  allowed: { sessionsLost: 0, failedPercent: 80, staleReads: 0 },
  plan: async (aws, stage) => {
    await verifyCanFailOver(aws, stage);
    return {
      touches: [`${stage.primaryId}: it is restarted with failover; nothing is written for one to two minutes`],
      inject: () => failOver(aws, stage, { withinSeconds: 3600 }),
      heal: async () => {},
      undo: async () => {},
    };
  },
};
