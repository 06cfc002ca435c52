// A clone that closes a connection which the load balancer still uses.
import { cloneEnv } from '../../config/names';
import { listFleets } from '../fleet';
import type { Refusal } from '../refusal';

export const keepAliveBelowIdleTimeout: Refusal = {
  name: 'keep-alive-below-idle-timeout',
  prevents: 'the load balancer writes into a closed connection, and people get a 502',
  remedy: 'raise it above the idle timeout of the load balancer: deriveReadiness has both from one number',
  find: (view) =>
    listFleets(view).flatMap((fleet) => {
      const keepAlive = fleet.environmentNumber(cloneEnv.keepAliveSeconds);
      return fleet.loadBalancers.flatMap((balancer) => {
        const idle = Number(
          balancer.pair('Properties.LoadBalancerAttributes', 'idle_timeout.timeout_seconds', '60') ?? 0,
        );
        if (keepAlive === undefined || keepAlive > idle) return [];
        const must = `must make ${cloneEnv.keepAliveSeconds} more than the idle timeout (${idle})`;
        return fleet.launchTemplates.map((at) => ({
          at,
          path: 'Properties.LaunchTemplateData.UserData',
          must,
          got: keepAlive,
        }));
      });
    }),
};
