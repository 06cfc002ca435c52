// Elastic Load Balancing: the load balancer, its target group, and the real health of every clone.
import * as schemas from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Fleet } from '../fleet';
import { type Instance, isPending, isTerminating } from '../instance';
import type { TargetState } from '../servers/load-balancer';
import { ruleActions } from './rules';
import { AwsError, type Service, select } from './service';

const toLoadBalancer = (fleet: Fleet): schemas.LoadBalancer => {
  const { arn, name, scheme } = fleet.plan.loadBalancer;
  const { host, port } = fleet.loadBalancer.address;
  return {
    LoadBalancerArn: arn,
    LoadBalancerName: name,
    DNSName: `${host}:${port}`,
    Scheme: scheme as schemas.LoadBalancerSchemeEnum,
    Type: 'application',
    IpAddressType: 'ipv4',
    State: { Code: fleet.loadBalancer.process.ended ? 'failed' : 'active' },
    CreatedTime: fleet.startedAt,
    AvailabilityZones: fleet.plan.group.zones.map((ZoneName) => ({ ZoneName })),
  };
};

const toTargetGroup = ({ plan }: Fleet): schemas.TargetGroup => {
  const { arn, name, port, protocol, healthCheck } = plan.targetGroup;
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    Port: port,
    Protocol: protocol as schemas.ProtocolEnum,
    ProtocolVersion: 'HTTP1',
    TargetType: 'instance',
    HealthCheckEnabled: true,
    HealthCheckPath: healthCheck.path,
    HealthCheckPort: 'traffic-port',
    HealthCheckProtocol: 'HTTP',
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: [plan.loadBalancer.arn],
  };
};

/** ELB's word and reason for the state HAProxy's own checks found. */
function toHealth(instance: Instance, state: TargetState | undefined): schemas.TargetHealth {
  if (isTerminating(instance) || state?.status === 'draining' || state?.status === 'out') {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
  }
  if (state?.status === 'up') return { State: 'healthy' };
  if (state?.code !== undefined) {
    return {
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: `Health checks failed with these codes: [${state.code}]`,
    };
  }
  return state?.reason.includes('TOUT')
    ? { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' }
    : { State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' };
}

function verifyTargetGroup(arn: string | undefined, { plan }: Fleet): void {
  if (arn !== plan.targetGroup.arn) throw targetGroupNotFound(String(arn));
}

const loadBalancerNotFound = (name: string) =>
  new AwsError('LoadBalancerNotFound', `Load balancers '[${name}]' not found`);
const targetGroupNotFound = (name: string) => new AwsError('TargetGroupNotFound', `Target groups '${name}' not found`);

export const elb: Service = {
  signingName: 'elasticloadbalancing',
  protocol: 'query',
  namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  schemas,
  wrongTokenCode: 'ValidationError',
  actions: {
    ...ruleActions,
    DescribeLoadBalancers: (input: schemas.DescribeLoadBalancersInput, fleet): schemas.DescribeLoadBalancersOutput => {
      const all = [toLoadBalancer(fleet)];
      const byName = select(all, input.Names, (item) => item.LoadBalancerName, loadBalancerNotFound);
      return {
        LoadBalancers: select(byName, input.LoadBalancerArns, (item) => item.LoadBalancerArn, loadBalancerNotFound),
      };
    },
    DescribeTargetGroups: (input: schemas.DescribeTargetGroupsInput, fleet): schemas.DescribeTargetGroupsOutput => {
      if (input.LoadBalancerArn && input.LoadBalancerArn !== fleet.plan.loadBalancer.arn) {
        throw loadBalancerNotFound(input.LoadBalancerArn);
      }
      const byName = select([toTargetGroup(fleet)], input.Names, (item) => item.TargetGroupName, targetGroupNotFound);
      return {
        TargetGroups: select(byName, input.TargetGroupArns, (item) => item.TargetGroupArn, targetGroupNotFound),
      };
    },
    DescribeTargetGroupAttributes: (
      input: schemas.DescribeTargetGroupAttributesInput,
      fleet,
    ): schemas.DescribeTargetGroupAttributesOutput => {
      verifyTargetGroup(input.TargetGroupArn, fleet);
      const { deregistrationSeconds, algorithm } = fleet.plan.targetGroup;
      return {
        Attributes: [
          { Key: 'deregistration_delay.timeout_seconds', Value: String(deregistrationSeconds) },
          { Key: 'load_balancing.algorithm.type', Value: algorithm },
          { Key: 'stickiness.enabled', Value: 'false' },
        ],
      };
    },
    DescribeTargetHealth: async (
      input: schemas.DescribeTargetHealthInput,
      fleet,
    ): Promise<schemas.DescribeTargetHealthOutput> => {
      verifyTargetGroup(input.TargetGroupArn, fleet);
      const states = await fleet.loadBalancer.describe();
      // A clone is registered once its launch hook is complete.
      const registered = [...fleet.group.instances.values()].filter((instance) => !isPending(instance));
      const targets = registered.map(
        (instance): schemas.TargetHealthDescription => ({
          Target: { Id: instance.id, Port: instance.clone?.address.port, AvailabilityZone: instance.zone },
          HealthCheckPort: instance.clone && String(instance.clone.address.port),
          TargetHealth: toHealth(instance, states.get(instance.slot)),
        }),
      );
      const unused = ({ Id }: schemas.TargetDescription): schemas.TargetHealthDescription => ({
        Target: { Id },
        TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered', Description: 'Target is not registered' },
      });
      return {
        TargetHealthDescriptions: input.Targets
          ? input.Targets.map((wanted) => targets.find(({ Target }) => Target?.Id === wanted.Id) ?? unused(wanted))
          : targets,
      };
    },
  },
};
