// The listener, its target group and their health check, as the template declares them.
import { OperatorError } from '../../config/operator-error';
import type { ResourceReader } from '../resource-reader';

export interface HealthCheckPlan {
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Status codes that count as healthy, as ELB writes them: `200`, `200-299`, `200,302`. */
  readonly matcher: string;
}

export interface LoadBalancerPlan {
  readonly key: string;
  readonly arn: string;
  readonly name: string;
  readonly scheme: string;
  readonly idleTimeoutSeconds: number;
  /** ARN of the listener that forwards to the clones. */
  readonly listenerArn: string;
  /** Of that listener. */
  readonly listenerPort: number;
  readonly listenerProtocol: string;
}

export interface TargetGroupPlan {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly healthCheck: HealthCheckPlan;
  readonly deregistrationSeconds: number;
  readonly algorithm: string;
}

export function toLoadBalancer(balancer: ResourceReader, list: (type: string) => ResourceReader[]): LoadBalancerPlan {
  const listener = list('AWS::ElasticLoadBalancingV2::Listener').find((candidate) =>
    candidate.list<{ Type: string }>('DefaultActions').some((action) => action.Type === 'forward'),
  );
  if (!listener) throw new OperatorError(`${balancer.stack}: must have a listener that forwards to clones, got: none`);
  return {
    key: balancer.key,
    arn: balancer.physicalId,
    name: balancer.physicalId.split('/')[2] as string,
    scheme: balancer.findText('Scheme') ?? 'internet-facing',
    idleTimeoutSeconds: Number(balancer.findPair('LoadBalancerAttributes', 'idle_timeout.timeout_seconds') ?? 60),
    listenerArn: listener.physicalId,
    listenerPort: listener.number('Port'),
    listenerProtocol: listener.text('Protocol'),
  };
}

export function toTargetGroup(group: ResourceReader): TargetGroupPlan {
  const attribute = (key: string) => group.findPair('TargetGroupAttributes', key);
  if (attribute('stickiness.enabled') === 'true') {
    throw new OperatorError(`${group.stack}: ${group.logicalId} must not be sticky: any clone answers anybody`);
  }
  // Where the template says nothing, ELB's own defaults hold.
  return {
    arn: group.physicalId,
    name: group.physicalId.split('/')[1] as string,
    port: group.number('Port'),
    protocol: group.text('Protocol'),
    healthCheck: {
      path: group.findText('HealthCheckPath') ?? '/',
      intervalSeconds: group.findNumber('HealthCheckIntervalSeconds') ?? 30,
      timeoutSeconds: group.findNumber('HealthCheckTimeoutSeconds') ?? 5,
      healthyThreshold: group.findNumber('HealthyThresholdCount') ?? 5,
      unhealthyThreshold: group.findNumber('UnhealthyThresholdCount') ?? 2,
      matcher: group.findText('Matcher.HttpCode') ?? '200',
    },
    deregistrationSeconds: Number(attribute('deregistration_delay.timeout_seconds') ?? 300),
    algorithm: attribute('load_balancing.algorithm.type') ?? 'round_robin',
  };
}
