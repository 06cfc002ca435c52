// A whole fleet from a few props.
import { Duration, type Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { cloneEnv } from '../../lib/config/names';
import { deriveReadiness } from '../../lib/config/readiness';
import { ServerFleet } from '../../lib/constructs/server-fleet';
import type { ServerFleetProps } from '../../lib/constructs/server-fleet-props';
import { inStack, propertiesOf, rightsOf, surroundings, templateOf } from './built';
import { groupOf, mixOf, refreshOf, scalingPoliciesOf, scheduleOf } from './built-group';

const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000000';
const refusedBecause = 'a test has no name';

const make = (stack: Stack, props: Partial<ServerFleetProps> = {}) =>
  new ServerFleet(stack, 'Fleet', {
    amiId: 'ami-00000000000000001',
    https: { certificateArn },
    alarms: { refusedBecause },
    ...props,
    vpc: props.vpc ?? surroundings(stack).vpc,
  });
const build = (props: Partial<ServerFleetProps> = {}) => templateOf((stack) => make(stack, props));

type Template = ReturnType<typeof build>;
const launchDataOf = (template: Template) =>
  propertiesOf(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData as Record<string, unknown>;
const targetGroupOf = (template: Template) => propertiesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup');
const loadBalancerOf = (template: Template) => propertiesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
const attributeOf = ({ LoadBalancerAttributes, TargetGroupAttributes }: Record<string, unknown>, key: string) =>
  ((LoadBalancerAttributes ?? TargetGroupAttributes) as { Key: string; Value: unknown }[]).find(
    ({ Key }) => Key === key,
  )?.Value;

/** The lines of the environment file, but for those that CloudFormation fills in. */
const environmentOf = (template: Template): Record<string, string> => {
  const [, content] = /"content\\":\\"(.*?)\\"\}/.exec(JSON.stringify(launchDataOf(template).UserData)) ?? [];
  if (content === undefined) throw new Error('user data writes no file');
  return Object.fromEntries(content.split('\\\\n').map((line) => line.split('=') as [string, string]));
};

test('minimal: two to four small clones in private subnets behind a firewall, from three props', () => {
  const template = build();
  expect(groupOf(template).Properties).toMatchObject({
    MinSize: '2',
    MaxSize: '4',
    VPCZoneIdentifier: [{ Ref: expect.stringContaining('Private') }, { Ref: expect.stringContaining('Private') }],
    LifecycleHookSpecificationList: [{ HeartbeatTimeout: 180 }, { HeartbeatTimeout: 75 }],
    DeletionProtection: 'prevent-force-deletion',
  });
  expect(mixOf(template).LaunchTemplate).toMatchObject({ Overrides: [{ InstanceType: 't4g.small' }] });
  expect(launchDataOf(template)).toMatchObject({ InstanceType: 't4g.small', ImageId: 'ami-00000000000000001' });
  expect(loadBalancerOf(template)).toMatchObject({
    Subnets: [{ Ref: expect.stringContaining('Public') }, { Ref: expect.stringContaining('Public') }],
  });
  template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  template.resourceCountIs('AWS::Logs::LogGroup', 2);
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    const { vpc, securityGroup } = surroundings(stack);
    const { privateSubnets, publicSubnets } = vpc;
    make(stack, {
      vpc,
      publicSubnets: privateSubnets,
      cloneSubnets: publicSubnets,
      amiId: 'ami-00000000000000002',
      name: 'shop',
      https: { refusedBecause },
      environment: { COLOUR: 'red' },
      secretArns: ['arn:one'],
      encryptionKey: new Key(stack, 'Key'),
      logGroup: new LogGroup(stack, 'Journal'),
      rights: [new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:pictures/*'] })],
      diskGiB: 12,
      instanceTypes: ['m7g.large', 'm6g.large'],
      min: 3,
      max: 9,
      readyWithin: Duration.minutes(6),
      clonePort: 9000,
      healthCheckPath: '/well',
      algorithm: 'weighted_random',
      deletionProtection: false,
      logBucket: new Bucket(stack, 'Bucket'),
      waf: { refusedBecause },
      securityGroups: { loadBalancer: securityGroup, clones: securityGroup },
      spot: { onDemandBase: 1, sharePercent: 50 },
      cpuPercent: 45,
      requestsPerMinute: 600,
      schedule: [{ name: 'morning', cron: '0 7 * * *', min: 4 }],
      predictive: 'forecast',
      maxLifetimeDays: 7,
      roll: { checkpoints: [50, 100], checkpointSeconds: 60, bakeSeconds: 120 },
      alarms: { topic: new Topic(stack, 'Topic') },
      tags: { colour: 'red' },
    });
  });
  expect(groupOf(template).Properties).toMatchObject({
    AutoScalingGroupName: 'shop',
    MinSize: '3',
    MaxSize: '9',
    MaxInstanceLifetime: 7 * 86_400,
    DeletionProtection: 'none',
    VPCZoneIdentifier: [{ Ref: expect.stringContaining('Public') }, { Ref: expect.stringContaining('Public') }],
    LifecycleHookSpecificationList: [{ HeartbeatTimeout: 360 }, {}],
    Tags: [{ Key: 'colour', Value: 'red' }],
  });
  expect(mixOf(template)).toMatchObject({
    InstancesDistribution: { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 50 },
    LaunchTemplate: { Overrides: [{ InstanceType: 'm7g.large' }, { InstanceType: 'm6g.large' }] },
  });
  expect(refreshOf(template).Preferences).toMatchObject({
    CheckpointPercentages: [50, 100],
    CheckpointDelay: 60,
    BakeTime: 120,
  });
  expect(scalingPoliciesOf(template)).toMatchObject([
    { TargetTrackingConfiguration: { TargetValue: 45 } },
    { TargetTrackingConfiguration: { TargetValue: 600 } },
    { PredictiveScalingConfiguration: { Mode: 'ForecastOnly' } },
  ]);
  expect(scheduleOf(template)).toMatchObject([{ MinSize: 4 }]);
  for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
    expect(Properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Topic/) }]);
  }
  expect(launchDataOf(template)).toMatchObject({
    ImageId: 'ami-00000000000000002',
    InstanceType: 'm7g.large',
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 12 } }],
  });
  expect(environmentOf(template)).toMatchObject({ COLOUR: 'red', [cloneEnv.port]: '9000', [cloneEnv.https]: 'off' });
  expect(loadBalancerOf(template)).toMatchObject({
    Subnets: [{ Ref: expect.stringContaining('Private') }, { Ref: expect.stringContaining('Private') }],
  });
  expect(attributeOf(loadBalancerOf(template), 'access_logs.s3.enabled')).toBe('true');
  expect(attributeOf(loadBalancerOf(template), 'deletion_protection.enabled')).toBe('false');
  expect(targetGroupOf(template)).toMatchObject({ Port: 9000, HealthCheckPath: '/well' });
  expect(attributeOf(targetGroupOf(template), 'load_balancing.algorithm.type')).toBe('weighted_random');
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
  template.resourceCountIs('AWS::WAFv2::WebACL', 0);
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
  template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  const rights = JSON.stringify(rightsOf(template));
  for (const right of ['arn:one', 'kms:ViaService', 'Journal', 'autoScalingGroupName/shop', 'arn:pictures']) {
    expect(rights).toContain(right);
  }
});

test('the times of a clone’s end agree with the load balancer, whatever readyWithin is', () => {
  for (const seconds of [45, 180, 900]) {
    const template = build({ readyWithin: Duration.seconds(seconds) });
    const { keepAliveSeconds, drainSeconds, stopSeconds } = deriveReadiness(seconds);
    expect(environmentOf(template)).toMatchObject({
      [cloneEnv.keepAliveSeconds]: String(keepAliveSeconds),
      [cloneEnv.drainSeconds]: String(drainSeconds),
      [cloneEnv.stopSeconds]: String(stopSeconds),
    });
    const idleSeconds = Number(attributeOf(loadBalancerOf(template), 'idle_timeout.timeout_seconds'));
    expect(keepAliveSeconds).toBeGreaterThan(idleSeconds);
    const { HealthCheckIntervalSeconds, UnhealthyThresholdCount } = targetGroupOf(template);
    expect(drainSeconds).toBeGreaterThan(Number(HealthCheckIntervalSeconds) * Number(UnhealthyThresholdCount));
    const [, stop] = groupOf(template).Properties.LifecycleHookSpecificationList;
    expect(stop.HeartbeatTimeout).toBeGreaterThanOrEqual(stopSeconds);
  }
});

test('the port and https are told to the clone as the load balancer has them', () => {
  const template = build();
  expect(environmentOf(template)).toMatchObject({ [cloneEnv.port]: '8080', [cloneEnv.https]: 'on' });
  expect(targetGroupOf(template).Port).toBe(8080);
});

test('the world gets no further than the load balancer, on its two ports', () => {
  const template = build();
  const open = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).flatMap(([id, { Properties }]) =>
    ((Properties.SecurityGroupIngress ?? []) as { CidrIp?: string; FromPort: number }[]).map(
      ({ CidrIp, FromPort }) => `${id.replace(/[0-9A-F]{8}$/, '')} ${CidrIp}:${FromPort}`,
    ),
  );
  expect(open).toEqual(['FleetFirewallLoadBalancer 0.0.0.0/0:80', 'FleetFirewallLoadBalancer 0.0.0.0/0:443']);
});

test('without https the load balancer is open on port 80 only', () => {
  const template = build({ https: { refusedBecause } });
  const ports = Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(({ Properties }) =>
    ((Properties.SecurityGroupIngress ?? []) as { FromPort: number }[]).map(({ FromPort }) => FromPort),
  );
  expect(ports).toEqual([80]);
});

test('what clones need to reach besides is opened with their connections', () => {
  const template = templateOf((stack) => {
    const fleet = make(stack);
    const { vpc } = fleet.loadBalancer;
    if (!vpc) throw new Error('the load balancer has no network');
    const database = new SecurityGroup(stack, 'Database', { vpc, allowAllOutbound: false });
    fleet.connections.allowTo(database, Port.tcp(3307));
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
    GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FleetFirewallClones'), 'GroupId'] },
    FromPort: 3307,
  });
});

test('in a network without a way out, clones are launched in its isolated subnets', () => {
  const template = templateOf((stack) => {
    const vpc = new Vpc(stack, 'Closed', {
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      restrictDefaultSecurityGroup: false,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Front', subnetType: SubnetType.PUBLIC },
        { name: 'Inner', subnetType: SubnetType.PRIVATE_ISOLATED },
      ],
    });
    make(stack, { vpc });
  });
  expect(groupOf(template).Properties.VPCZoneIdentifier).toEqual([
    { Ref: expect.stringContaining('Inner') },
    { Ref: expect.stringContaining('Inner') },
  ]);
});

test('what people build on is there', () => {
  inStack((stack) => {
    const fleet = make(stack);
    expect(fleet.loadBalancer.node.path).toBe('Test/Fleet/Front/LoadBalancer');
    expect(fleet.targetGroup.node.path).toBe('Test/Fleet/Front/Clones');
    expect(fleet.launchTemplate.node.path).toBe('Test/Fleet/Clone/LaunchTemplate');
    expect(fleet.group.node.path).toBe('Test/Fleet/Clones/Group');
    expect(fleet.role.node.path).toBe('Test/Fleet/Clone/Role');
    expect(fleet.logGroup.node.path).toBe('Test/Fleet/Clone/Log');
    expect(fleet.webFirewall?.node.path).toBe('Test/Fleet/WebFirewall');
    expect(JSON.stringify(stack.resolve(fleet.url))).toContain('https://');
    expect(fleet.readiness).toEqual(deriveReadiness(180));
  });
});

test('an alarm on its own load balancer and clones ends a roll', () => {
  const template = templateOf((stack) => {
    const fleet = make(stack);
    const metric = fleet.targetGroup.metrics.unhealthyHostCount();
    fleet.rollBackOn(new Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 }));
  });
  expect(refreshOf(template).Preferences.AlarmSpecification.Alarms.at(-1)).toEqual({
    Ref: expect.stringMatching(/^Alarm/),
  });
});

test('what people notice of a bad release ends a roll, and whoever is named is told', () => {
  const template = templateOf((stack) => make(stack, { alarms: { topic: new Topic(stack, 'Topic') } }));
  const { Alarms } = refreshOf(template).Preferences.AlarmSpecification as { Alarms: { Ref: string }[] };
  expect(Alarms.map(({ Ref }) => Ref.replace(/[0-9A-F]{8}$/, ''))).toEqual([
    'FleetAlarmsErrors',
    'FleetAlarmsSlow',
    'FleetAlarmsUnhealthy',
  ]);
});

test('alarms that nobody hears cost a reason', () => {
  expect(() => build({ alarms: { refusedBecause: 'no' } })).toThrow(
    'Test/Fleet.alarms.refusedBecause must be a reason, in three words or more; got: "no"; say why this fleet can go without',
  );
});

test('the logs of clones and firewall are encrypted with the key they are given', () => {
  const template = templateOf((stack) => make(stack, { logKey: new Key(stack, 'Key') }));
  const keys = Object.values(template.findResources('AWS::Logs::LogGroup')).map(
    ({ Properties }) => Properties.KmsKeyId,
  );
  const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
  expect(keys).toEqual([key, key]);
});

test('two fleets in one stack do not meet', () => {
  const template = templateOf((stack) => {
    const { vpc } = surroundings(stack);
    const props = { vpc, amiId: 'ami-00000000000000001', https: { certificateArn }, alarms: { refusedBecause } };
    new ServerFleet(stack, 'Shop', props);
    new ServerFleet(stack, 'Blog', props);
  });
  const namesOf = (type: string, name: string) =>
    Object.values(template.findResources(type)).map(({ Properties }) => Properties[name]);
  const groups = namesOf('AWS::AutoScaling::AutoScalingGroup', 'AutoScalingGroupName');
  expect(groups).toEqual([expect.stringMatching(/^Test-Shop-\w{8}$/), expect.stringMatching(/^Test-Blog-\w{8}$/)]);
  const logs = namesOf('AWS::Logs::LogGroup', 'LogGroupName').filter((name) => name !== undefined);
  expect(logs.sort()).toEqual(groups.map((name) => `aws-waf-logs-${name}`).sort());
  const policies = namesOf('AWS::IAM::ManagedPolicy', 'PolicyDocument').map((policy) => JSON.stringify(policy));
  expect(policies.map((rights) => groups.filter((name) => rights.includes(`/${name}"`)))).toEqual([
    [groups[0]],
    [groups[1]],
  ]);
});

test.each<[Partial<ServerFleetProps>, string]>([
  ...['my shop', '', 'a'.repeat(65)].map((name): [Partial<ServerFleetProps>, string] => [
    { name },
    `name must be 1 to 64 letters, digits and hyphens: group, figures and logs are named by it; got: "${name}"; name it like my-shop`,
  ]),
  [
    { waf: { refusedBecause: 'too dear' } },
    'waf.refusedBecause must be a reason, in three words or more; got: "too dear"; say why this fleet can go without',
  ],
  [
    { cloneSubnets: [] },
    'cloneSubnets must be at least one: the VPC has no private and no isolated subnet; got: 0; add private subnets to the VPC; clones have no public address',
  ],
  [
    { instanceTypes: [] },
    "instanceTypes must be one instance type or more; got: []; use ['t4g.small'], or leave it out",
  ],
  ...[cloneEnv.port, cloneEnv.https, cloneEnv.keepAliveSeconds, cloneEnv.drainSeconds, cloneEnv.stopSeconds].map(
    (name): [Partial<ServerFleetProps>, string] => [
      { environment: { [name]: '1' } },
      `environment must not say what follows from name, clonePort, https and readyWithin; got: ["${name}"]; leave these out and set those props`,
    ],
  ),
])('%j is refused', (props, message) => {
  expect(() => build(props)).toThrow(new Error(`Test/Fleet.${message}`));
});

test('plain http without a reason is refused', () => {
  expect(() => build({ https: { refusedBecause: '' } })).toThrow(
    'Test/Fleet/Front.https.refusedBecause must be a reason, in three words or more; got: ""',
  );
});
