// Runs the verbs of `cache`.
import { failOverCache, planCacheFailover } from '../ops/cache-failover';
import { Probe } from '../ops/probe/probe';
import { change } from './change';
import type { ProbeFlags, Surroundings } from './flags';
import { toProbeText } from './probe-text';

export const cacheFailoverCommand = (purpose: string, flags: ProbeFlags, surroundings: Surroundings): Promise<number> =>
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
        const probe = flags.probe ? await Probe.start(stage.url) : undefined;
        try {
          const { itemsBefore, itemsAfter } = await failOverCache(aws, failover, { withinSeconds: 1800, onLook });
          const seen = await probe?.stop();
          // Keys come and go, and CloudWatch counts them by the minute: what is lost only those know who were signed in.
          const holds = !seen || seen.sessionsLost === 0;
          return {
            holds,
            result: `${failover.id} has failed over: ${of(itemsBefore)} keys before, ${of(itemsAfter)} after${holds ? '' : '; people were signed out'}`,
            text: seen && toProbeText(seen),
            json: { itemsBefore, itemsAfter, ...(seen ? { probe: seen } : {}) },
          };
        } finally {
          await probe?.stop();
        }
      },
    };
  });
