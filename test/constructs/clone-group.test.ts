// Many of the same.
import { Duration } from 'aws-cdk-lib';
import { InstanceType, LaunchTemplate, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { CloneGroup, type CloneGroupProps } from '../../lib/constructs/clone-group';
import { PublicLoadBalancer } from '../../lib/constructs/public-load-balancer';
import { surroundings, templateOf } from './built';

const build = (props: Partial<CloneGroupProps> = {}) =>
  templateOf((stack) => {
    const around = surroundings(stack);
    const front = new PublicLoadBalancer(stack, 'Front', {
      ...around,
      certificateArn: undefined,
      clonePort: 8080,
      healthCheck: {
        path: '/live',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      deregistrationDelay: Duration.seconds(30),
      idleTimeout: Duration.seconds(60),
    });
    const launchTemplate = new LaunchTemplate(stack, 'Template', {
      instanceType: new InstanceType('t4g.small'),
      machineImage: MachineImage.genericLinux({ 'eu-central-1': 'ami-00000000000000001' }),
      securityGroup: around.securityGroup,
    });
    new CloneGroup(stack, 'Clones', {
      vpc: around.vpc,
      subnets: around.subnets,
      name: 'test',
      launchTemplate,
      targetGroup: front.targetGroup,
      min: 2,
      max: 4,
      requestsPerMinute: 600,
      readyWithin: Duration.seconds(120),
      grace: Duration.seconds(40),
      warmUp: Duration.seconds(20),
      rollMinPercent: 100,
      rollMaxPercent: 150,
      tags: {},
      ...props,
    });
  });
const groupOf = (template: ReturnType<typeof build>) =>
  Object.values(template.findResources('AWS::AutoScaling::AutoScalingGroup'))[0] ?? {};

test('minimal: between two and four clones, judged by the load balancer', () => {
  expect(groupOf(build()).Properties).toMatchObject({ MinSize: '2', MaxSize: '4', HealthCheckType: 'ELB' });
});

test('maximal: every prop arrives', () => {
  const template = build({
    name: 'other',
    min: 3,
    max: 12,
    requestsPerMinute: 9000,
    readyWithin: Duration.minutes(5),
    grace: Duration.seconds(70),
    warmUp: Duration.seconds(50),
    rollMinPercent: 90,
    rollMaxPercent: 134,
    tags: { colour: 'red' },
  });
  expect(groupOf(template)).toMatchObject({
    Properties: {
      AutoScalingGroupName: 'other',
      MinSize: '3',
      MaxSize: '12',
      HealthCheckGracePeriod: 70,
      DefaultInstanceWarmup: 50,
      LifecycleHookSpecificationList: [{ LifecycleHookName: 'ready', HeartbeatTimeout: 300, DefaultResult: 'ABANDON' }],
      Tags: [{ Key: 'colour', Value: 'red', PropagateAtLaunch: true }],
    },
    UpdatePolicy: {
      AutoScalingInstanceRefresh: {
        Strategy: 'Rolling',
        Preferences: { MinHealthyPercentage: 90, MaxHealthyPercentage: 134, InstanceWarmup: 50 },
      },
    },
  });
  template.hasResourceProperties('AWS::AutoScaling::ScalingPolicy', {
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget' },
      TargetValue: 9000,
    },
  });
});

test('how many clones there are is not the template’s to say', () => {
  expect(groupOf(build()).Properties).not.toHaveProperty('DesiredCapacity');
});

test('the first clones wait for readiness too: the hook is part of the group', () => {
  const template = build();
  template.resourceCountIs('AWS::AutoScaling::LifecycleHook', 0);
  expect(groupOf(template).Properties.LifecycleHookSpecificationList).toHaveLength(1);
});

test('no clone is launched before a listener forwards to the group', () => {
  expect(groupOf(build()).DependsOn).toEqual([expect.stringMatching(/^FrontLoadBalancerHttp/)]);
});

test('the group launches a numbered version of the template, never whichever is latest', () => {
  expect(groupOf(build()).Properties.LaunchTemplate.Version).toEqual({
    'Fn::GetAtt': [expect.any(String), 'LatestVersionNumber'],
  });
});
