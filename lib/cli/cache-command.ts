// Runs the verbs of `cache`.
import { failOverCache, planCacheFailover } from '../ops/cache-failover';
import { change } from './change';
import type { ChangeFlags, Surroundings } from './flags';

export const cacheFailoverCommand = (
  purpose: string,
  flags: ChangeFlags,
  surroundings: Surroundings,
): Promise<number> =>
  change('cache failover', flags, surroundings, async (aws, stage) => {
    const failover = await planCacheFailover(aws, stage, purpose);
    const of = (count: number | null): string => (count === null ? 'an unknown number of' : String(count));
    return {
      touches: [
        `${failover.id}: a replica becomes the primary of shard ${failover.shard}; writes fail for some seconds`,
        `it holds ${of(failover.items)} keys now`,
      ],
      run: async (progress) => {
        const onLook = (status: string, seconds: number): void =>
          progress(`${failover.id}: ${status}, after ${Math.floor(seconds)} s`);
        const { itemsBefore, itemsAfter } = await failOverCache(aws, failover, { withinSeconds: 1800, onLook });
        const isKnown = itemsBefore !== null && itemsAfter !== null;
        // Those that ran out meanwhile are gone by right.
        const holds = !isKnown || itemsAfter >= itemsBefore * 0.99;
        return {
          holds,
          result: `${failover.id} has failed over: ${of(itemsBefore)} keys before, ${of(itemsAfter)} after${holds ? '' : '; some are lost'}`,
          json: { itemsBefore, itemsAfter },
        };
      },
    };
  });
