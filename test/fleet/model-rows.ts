// What a twin is asked when its answers are held to the service models: a row for each action that reads.
import type { FleetPlan } from '../../lib/local/plan';
import { memberIdsOf } from '../../lib/local/plan/cache';

type Input = Readonly<Record<string, unknown>>;

/** What boto3 calls a service, by the name in the credential scope of a call. */
export const clients: Readonly<Record<string, string>> = {
  autoscaling: 'autoscaling',
  cloudformation: 'cloudformation',
  ec2: 'ec2',
  elasticache: 'elasticache',
  elasticloadbalancing: 'elbv2',
  logs: 'logs',
  monitoring: 'cloudwatch',
  rds: 'rds',
  secretsmanager: 'secretsmanager',
  ssm: 'ssm',
  sts: 'sts',
};

interface Row {
  /** `client action`. */
  readonly call: string;
  readonly input: Input;
  /** How many items one answer must have at least. @default 1 - nothing is no proof of anything, where items can be counted */
  readonly least?: number;
  /** Whether the twin has pages of it, of as few as one item. @default false - one page has all, which AWS may do, too */
  readonly pages?: boolean;
  /** Whether one item may go on over several pages. @default false */
  readonly goesOn?: boolean;
}

const row = (call: string, input: Input = {}, more: Omit<Row, 'call' | 'input'> = {}): Row => ({
  call,
  input,
  ...more,
});

/** The last hour, in whole seconds. */
function lastHour(): { StartTime: string; EndTime: string } {
  const now = Date.now();
  return { StartTime: new Date(now - 3600_000).toISOString(), EndTime: new Date(now + 60_000).toISOString() };
}

export function toRows(plan: FleetPlan): Row[] {
  const { arn: TargetGroupArn } = plan.targetGroup;
  const group = { Name: 'AutoScalingGroupName', Value: plan.group.name };
  const size = { Namespace: 'AWS/AutoScaling', MetricName: 'GroupDesiredCapacity', Dimensions: [group] };
  const [secret] = plan.secrets;
  return [
    row('elbv2 DescribeLoadBalancers'),
    row('elbv2 DescribeTargetGroups'),
    row('elbv2 DescribeTargetGroupAttributes', { TargetGroupArn }),
    row('elbv2 DescribeTargetHealth', { TargetGroupArn }),
    row('elbv2 DescribeListeners', { LoadBalancerArn: plan.loadBalancer.arn }, { pages: true }),
    row('elbv2 DescribeRules', { ListenerArn: plan.loadBalancer.listenerArn }, { pages: true }),
    row('autoscaling DescribeAutoScalingGroups'),
    row('autoscaling DescribeAutoScalingInstances', {}, { least: 2, pages: true }),
    row('autoscaling DescribeScalingActivities', {}, { least: 2, pages: true }),
    row('autoscaling DescribeInstanceRefreshes', { AutoScalingGroupName: plan.group.name }),
    row('autoscaling DescribeLifecycleHooks', { AutoScalingGroupName: plan.group.name }, { least: 2 }),
    row('autoscaling DescribeTags', {}, { pages: true }),
    row('ec2 DescribeInstances', {}, { least: 2, pages: true }),
    row('ec2 DescribeSubnets', {}, { least: 2 }),
    row('ec2 DescribeLaunchTemplates'),
    row('ec2 DescribeLaunchTemplateVersions', { LaunchTemplateId: plan.group.launchTemplate.id }),
    row('ec2 DescribeImages', { Owners: ['self'] }),
    row('elasticache DescribeReplicationGroups', {}, { least: 2, pages: true }),
    row('elasticache DescribeCacheClusters', { ShowCacheNodeInfo: true }, { least: 3, pages: true }),
    row('elasticache DescribeEvents', {}, { least: 1, pages: true }),
    row('elasticache DescribeCacheParameters', { CacheParameterGroupName: plan.caches[0]?.parameterGroup }),
    row('elasticache DescribeUsers'),
    row('rds DescribeDBInstances', {}, { least: 2, pages: true }),
    row('rds DescribeDBParameters', { DBParameterGroupName: plan.primary.parameterGroup }, { least: 2, pages: true }),
    row('rds DescribeBlueGreenDeployments'),
    row('rds DescribeEvents', {}, { least: 2, pages: true }),
    row('secretsmanager GetSecretValue', { SecretId: secret?.arn }),
    row('secretsmanager DescribeSecret', { SecretId: secret?.arn }),
    row('secretsmanager ListSecrets'),
    row('sts GetCallerIdentity'),
    row('cloudformation DescribeStacks', {}, { least: 2 }),
    row('cloudformation ListStacks', {}, { least: 2 }),
    row('cloudformation ListStackResources', { StackName: 'clonekit-dev-fleet' }, { least: 10 }),
    row('cloudformation DescribeStackResources', { StackName: 'clonekit-dev-fleet' }, { least: 10 }),
    row('cloudformation GetTemplate', { StackName: 'clonekit-dev-fleet' }),
    row('logs DescribeLogGroups', {}, { pages: true }),
    row('logs DescribeLogStreams', { logGroupName: plan.logGroup }, { least: 2, pages: true }),
    row('logs GetLogEvents', { logGroupName: plan.logGroup, logStreamName: 'operators' }, { least: 2 }),
    row('logs FilterLogEvents', { logGroupName: plan.logGroup }, { least: 2, pages: true }),
    row('ssm GetParameter', { Name: '/clonekit/dev/test' }),
    row('ssm GetCommandInvocation', { CommandId: '@command', InstanceId: '@instance' }),
    row('ssm GetParameters', { Names: ['/clonekit/dev/test'] }),
    row('ssm DescribeInstanceInformation', {}, { least: 2 }),
    row('ssm ListCommandInvocations', {}, { least: 2, pages: true }),
    row('cloudwatch ListMetrics', {}, { least: 10 }),
    row(
      'cloudwatch GetMetricData',
      {
        ...lastHour(),
        MetricDataQueries: [
          { Id: 'size', MetricStat: { Metric: size, Period: 60, Stat: 'Maximum' } },
          { Id: 'half', Expression: 'size / 2' },
        ],
      },
      { least: 2, goesOn: true },
    ),
    row('cloudwatch GetMetricStatistics', { ...lastHour(), ...size, Period: 60, Statistics: ['Average', 'Sum'] }),
    row('cloudwatch DescribeAlarms', {}, { least: 10, pages: true }),
    row('cloudwatch DescribeAlarmHistory', {}, { least: 2, pages: true }),
  ];
}

export interface Waiter {
  readonly client: string;
  readonly name: string;
  readonly input: Input;
}

/** What boto3 can wait for of a fleet that is up. */
export const toWaiters = (plan: FleetPlan): Waiter[] => [
  { client: 'elbv2', name: 'load_balancer_exists', input: { Names: [plan.loadBalancer.name] } },
  { client: 'elbv2', name: 'load_balancer_available', input: { LoadBalancerArns: [plan.loadBalancer.arn] } },
  { client: 'elbv2', name: 'target_in_service', input: { TargetGroupArn: plan.targetGroup.arn } },
  { client: 'ec2', name: 'instance_exists', input: {} },
  { client: 'ec2', name: 'instance_running', input: {} },
  { client: 'rds', name: 'db_instance_available', input: { DBInstanceIdentifier: plan.primary.id } },
  ...plan.caches
    .filter(({ engine }) => engine !== 'memcached')
    .map(({ id }) => ({
      client: 'elasticache',
      name: 'replication_group_available',
      input: { ReplicationGroupId: id },
    })),
  ...plan.caches.flatMap(memberIdsOf).map((CacheClusterId) => ({
    client: 'elasticache',
    name: 'cache_cluster_available',
    input: { CacheClusterId },
  })),
  { client: 'cloudformation', name: 'stack_exists', input: { StackName: `clonekit-${plan.stage}-fleet` } },
  { client: 'cloudformation', name: 'stack_create_complete', input: { StackName: `clonekit-${plan.stage}-data` } },
  { client: 'cloudwatch', name: 'alarm_exists', input: { AlarmNames: [plan.alarms[0]?.name] } },
];
