// A target group that two load balancers forward to.
import { loadBalancersOf } from '../fleet';
import type { Refusal } from '../refusal';

export const targetGroupOfTwoLoadBalancers: Refusal = {
  name: 'target-group-of-two-load-balancers',
  prevents: 'Elastic Load Balancing refuses the second: a target group has one load balancer',
  remedy: 'make a target group per load balancer; the group of clones may have both',
  find: (view) =>
    view
      .ofType('AWS::ElasticLoadBalancingV2::TargetGroup')
      .map((at) => ({ at, balancers: loadBalancersOf(at).map(({ logicalId }) => logicalId) }))
      .filter(({ balancers }) => balancers.length > 1)
      .map(({ at, balancers }) => ({ at, path: 'Type', must: 'must have one load balancer', got: balancers })),
};
