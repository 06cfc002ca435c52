// A clone that stops while the load balancer still waits for what it serves.
import { cloneEnv } from '../../config/names';
import { listFleets } from '../fleet';
import type { Refusal } from '../refusal';

export const stopBeforeDeregistration: Refusal = {
  name: 'stop-before-deregistration',
  prevents: 'a roll cuts the requests that the load balancer still waits for',
  remedy: 'raise it, or lower the deregistration delay: deriveReadiness has both from one number',
  find: (view) =>
    listFleets(view).flatMap((fleet) => {
      const stop = fleet.environmentNumber(cloneEnv.stopSeconds);
      return fleet.targetGroups.flatMap((group) => {
        const key = 'deregistration_delay.timeout_seconds';
        const delay = Number(group.pair('Properties.TargetGroupAttributes', key, '300') ?? 0);
        if (stop === undefined || stop >= delay) return [];
        const must = `must make ${cloneEnv.stopSeconds} at least the deregistration delay (${delay})`;
        return fleet.launchTemplates.map((at) => ({
          at,
          path: 'Properties.LaunchTemplateData.UserData',
          must,
          got: stop,
        }));
      });
    }),
};
