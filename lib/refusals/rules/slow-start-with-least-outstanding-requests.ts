// Slow start, and a way to pick clones that has no room for it.
import type { Refusal } from '../refusal';

const path = 'Properties.TargetGroupAttributes';
const algorithm = 'least_outstanding_requests';

export const slowStartWithLeastOutstandingRequests: Refusal = {
  name: 'slow-start-with-least-outstanding-requests',
  prevents: 'Elastic Load Balancing refuses the target group',
  remedy: 'pick clones by round_robin, or leave slow start out',
  find: (view) =>
    view
      .ofType('AWS::ElasticLoadBalancingV2::TargetGroup')
      .filter((group) => Number(group.pair(path, 'slow_start.duration_seconds') ?? 0) > 0)
      .filter((group) => group.pair(path, 'load_balancing.algorithm.type') === algorithm)
      .map((at) => ({ at, path, must: `must not have slow start together with ${algorithm}`, got: at.at(path) })),
};
