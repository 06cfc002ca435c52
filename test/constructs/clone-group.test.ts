// Many of the same.
import { Topic } from 'aws-cdk-lib/aws-sns';
import { deriveReadiness } from '../../lib/config/readiness';
import { templateOf } from './built';
import {
  buildGroup,
  expectRefused,
  groupOf,
  makeGroup,
  mixOf,
  type Refused,
  refreshOf,
  scalingPoliciesOf,
  scheduleOf,
  wholeFrom,
} from './built-group';

test('minimal: two to four clones of one type on demand, replaced after a month, grown by their processors', () => {
  const template = buildGroup();
  expect(groupOf(template).Properties).toMatchObject({
    MinSize: '2',
    MaxSize: '4',
    MaxInstanceLifetime: 30 * 86_400,
    HealthCheckGracePeriod: 55,
    DefaultInstanceWarmup: 25,
    CapacityRebalance: false,
  });
  expect(mixOf(template)).toMatchObject({
    InstancesDistribution: { OnDemandBaseCapacity: 0, OnDemandPercentageAboveBaseCapacity: 100 },
    LaunchTemplate: { Overrides: [{ InstanceType: 't4g.small' }] },
  });
  expect(scalingPoliciesOf(template)).toMatchObject([
    {
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        TargetValue: 60,
      },
    },
  ]);
  expect(groupOf(template).Properties).not.toHaveProperty('NotificationConfigurations');
  expect(groupOf(template).Properties).not.toHaveProperty('Tags');
  template.resourceCountIs('AWS::AutoScaling::ScheduledAction', 0);
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) =>
    makeGroup(stack, {
      name: 'other',
      instanceTypes: ['m7g.large', 'm6g.large'],
      spot: { onDemandBase: 2, sharePercent: 40 },
      min: 3,
      max: 12,
      readiness: deriveReadiness(360),
      cpuPercent: 45,
      requestsPerMinute: 9000,
      schedule: [
        { name: 'morning', cron: '0 7 * * 1-5', min: 6 },
        { name: 'evening', cron: '0 19 * * 1-5', min: 3 },
      ],
      predictive: 'scale',
      maxLifetimeDays: 7,
      roll: { checkpoints: [34, 100], checkpointSeconds: 300, bakeSeconds: 600 },
      topic: new Topic(stack, 'Topic'),
      deletionProtection: false,
      tags: { colour: 'red' },
    }),
  );
  expect(groupOf(template).Properties).toMatchObject({
    AutoScalingGroupName: 'other',
    MinSize: '3',
    MaxSize: '12',
    HealthCheckGracePeriod: 80,
    DefaultInstanceWarmup: 50,
    MaxInstanceLifetime: 7 * 86_400,
    DeletionProtection: 'none',
    LifecycleHookSpecificationList: [{ HeartbeatTimeout: 360 }, { HeartbeatTimeout: 130 }],
    NotificationConfigurations: [{ TopicARN: { Ref: expect.stringMatching(/^Topic/) } }],
    Tags: [{ Key: 'colour', Value: 'red', PropagateAtLaunch: true }],
  });
  expect(mixOf(template)).toMatchObject({
    InstancesDistribution: { OnDemandBaseCapacity: 2, OnDemandPercentageAboveBaseCapacity: 60 },
    LaunchTemplate: { Overrides: [{ InstanceType: 'm7g.large' }, { InstanceType: 'm6g.large' }] },
  });
  expect(refreshOf(template).Preferences).toMatchObject({
    MaxHealthyPercentage: 134,
    InstanceWarmup: 50,
    CheckpointPercentages: [34, 100],
    CheckpointDelay: 300,
    BakeTime: 600,
  });
  expect(scalingPoliciesOf(template)).toMatchObject([
    { TargetTrackingConfiguration: { TargetValue: 45 } },
    {
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget' },
        TargetValue: 9000,
      },
    },
    { PolicyType: 'PredictiveScaling', PredictiveScalingConfiguration: { Mode: 'ForecastAndScale' } },
  ]);
  expect(scheduleOf(template).map(({ MinSize }) => MinSize)).toEqual([6, 3]);
});

test('clones are judged by the load balancer', () => {
  expect(groupOf(buildGroup()).Properties).toMatchObject({ HealthCheckType: 'ELB' });
});

test('a clone that does not say in time that it is ready is abandoned, from the first one on', () => {
  const template = buildGroup();
  template.resourceCountIs('AWS::AutoScaling::LifecycleHook', 0);
  expect(groupOf(template).Properties.LifecycleHookSpecificationList[0]).toEqual({
    LifecycleHookName: 'ready',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    DefaultResult: 'ABANDON',
    HeartbeatTimeout: 180,
  });
});

test('a clone that must go may finish its stop, and is not waited for when it cannot', () => {
  const stop = groupOf(buildGroup()).Properties.LifecycleHookSpecificationList[1];
  expect(stop).toEqual({
    LifecycleHookName: 'stop',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    DefaultResult: 'CONTINUE',
    HeartbeatTimeout: 75,
  });
});

test('no clone is launched before a listener forwards to the group', () => {
  expect(groupOf(buildGroup()).DependsOn).toEqual([expect.stringMatching(/^FrontLoadBalancerHttp/)]);
});

test('a clone that is too old goes like one in a roll: once another has taken its place', () => {
  expect(groupOf(buildGroup()).Properties.InstanceMaintenancePolicy).toEqual({
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 150,
  });
});

test('a zone without machines does not keep the group small', () => {
  expect(groupOf(buildGroup()).Properties.AvailabilityZoneDistribution).toEqual({
    CapacityDistributionStrategy: 'balanced-best-effort',
  });
});

test('the clones to give up are AWS’s to choose, in words of the template', () => {
  expect(groupOf(buildGroup()).Properties.TerminationPolicies).toEqual(['Default']);
});

test('the group is not deleted with its clones in one call', () => {
  expect(groupOf(buildGroup()).Properties.DeletionProtection).toBe('prevent-force-deletion');
});

test('the group reports all its figures, every minute', () => {
  expect(groupOf(buildGroup()).Properties.MetricsCollection).toEqual([{ Granularity: '1Minute' }]);
});

test('launches, terminations and their errors are told', () => {
  const template = templateOf((stack) => makeGroup(stack, { topic: new Topic(stack, 'Topic') }));
  const [{ NotificationTypes }] = groupOf(template).Properties.NotificationConfigurations;
  expect([...NotificationTypes].sort()).toEqual(
    ['LAUNCH', 'LAUNCH_ERROR', 'TERMINATE', 'TERMINATE_ERROR'].map((each) => `autoscaling:EC2_INSTANCE_${each}`),
  );
});

test.each<Refused>([
  [{ min: 0 }, 'min must be a whole number, at least 1; got: 0; use 2 or more, so that one may be lost'],
  [{ min: 5 }, 'max must be a whole number, at least 5; got: 4; raise max or lower min'],
  [{ max: 4.5 }, 'max must be a whole number, at least 2; got: 4.5; raise max or lower min'],
  ...[29, 7201].map(
    (seconds): Refused => [
      { readiness: deriveReadiness(seconds) },
      `readiness.readyWithinSeconds ${wholeFrom(30, 7200)}; got: ${seconds}; AWS waits for a clone no shorter and no longer`,
    ],
  ),
  ...[0, 366].map(
    (maxLifetimeDays): Refused => [
      { maxLifetimeDays },
      `maxLifetimeDays ${wholeFrom(1, 365)}; got: ${maxLifetimeDays}; use 30`,
    ],
  ),
])('%j is refused', expectRefused);
