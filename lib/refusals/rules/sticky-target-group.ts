// A load balancer that sends people back to the clone they had.
import type { Refusal } from '../refusal';

const path = 'Properties.TargetGroupAttributes';

export const stickyTargetGroup: Refusal = {
  name: 'sticky-target-group',
  prevents: 'a roll breaks whoever is bound to a clone, and new clones stay idle',
  remedy: 'leave stickiness out: any clone answers any request, or it is not a clone',
  find: (view) =>
    view
      .ofType('AWS::ElasticLoadBalancingV2::TargetGroup')
      .filter((group) => group.pair(path, 'stickiness.enabled') === 'true')
      .map((at) => ({ at, path, must: 'must not have stickiness.enabled', got: true })),
};
