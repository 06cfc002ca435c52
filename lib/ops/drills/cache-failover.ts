// The primary of the sessions cache is gone.
import { failOverCache, planCacheFailover } from '../cache-failover';
import type { Drill } from './drill';

export const cacheFailover: Drill = {
  name: 'cache-failover',
  promise: 'a replica takes over and nobody is signed out; meanwhile people are asked to try again',
  allowed: { sessionsLost: 0, failedPercent: 60, staleReads: 0 },
  plan: async (aws, stage) => {
    const failover = await planCacheFailover(aws, stage, 'sessions');
    let after: number | null = null;
    return {
      touches: [`${failover.id}: the primary of shard ${failover.shard} fails, a replica takes over`],
      inject: async () => {
        const { itemsAfter } = await failOverCache(aws, failover, { withinSeconds: 1800 });
        after = itemsAfter;
      },
      heal: async (tell) => tell(`${failover.items ?? '?'} keys before, ${after ?? '?'} after`),
      undo: async () => {},
    };
  },
};
