// A load balancer of one subnet.
import type { Refusal } from '../refusal';

const path = 'Properties.Subnets';

export const loadBalancerInOneZone: Refusal = {
  name: 'load-balancer-in-one-zone',
  prevents: 'Elastic Load Balancing refuses it: it wants two zones at least',
  remedy: 'give it a subnet in each of two zones or more',
  find: (view) =>
    view
      .ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')
      // A network load balancer may have one; without a type it is for applications.
      .filter((balancer) => !balancer.isSet('Properties.Type') || balancer.text('Properties.Type') === 'application')
      .filter((balancer) => balancer.list(path).length === 1)
      .map((at) => ({ at, path, must: 'must be two or more', got: 1 })),
};
