// A health check that is still waiting when the next one is due.
import type { Refusal } from '../refusal';

const path = 'Properties.HealthCheckTimeoutSeconds';

/** What Elastic Load Balancing takes for instances and addresses where the template says nothing. */
const defaults = { intervalSeconds: 30, timeoutSeconds: 5 };

export const healthCheckTimeoutAboveInterval: Refusal = {
  name: 'health-check-timeout-above-interval',
  prevents: 'Elastic Load Balancing refuses the target group',
  remedy: 'lower the timeout or raise the interval',
  find: (view) =>
    view
      .ofType('AWS::ElasticLoadBalancingV2::TargetGroup')
      .filter((group) => group.text('Properties.TargetType') !== 'lambda')
      .flatMap((at) => {
        const read = (name: string, absent: number) => (at.isSet(name) ? at.number(name) : absent);
        const interval = read('Properties.HealthCheckIntervalSeconds', defaults.intervalSeconds);
        const timeout = read(path, defaults.timeoutSeconds);
        if (interval === undefined || timeout === undefined || timeout < interval) return [];
        return [{ at, path, must: `must be below HealthCheckIntervalSeconds (${interval})`, got: timeout }];
      }),
};
