// A Memcached cache for objects.
import type { Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Alarms } from '../../lib/constructs/alarms';
import { Memcached, type MemcachedProps } from '../../lib/constructs/memcached';
import { memcachedFigures } from '../../lib/constructs/memcached-figures';
import { inStack, propertiesOf, surroundings, templateOf } from './built';

const make = (stack: Stack, props: Partial<MemcachedProps> = {}): Memcached => {
  const { subnets, securityGroup } = surroundings(stack);
  return new Memcached(stack, 'Memcached', { subnets, securityGroup, ...props });
};
const build = (props: Partial<MemcachedProps> = {}) => templateOf((stack) => make(stack, props));

const clusterOf = (template: ReturnType<typeof build>) => propertiesOf(template, 'AWS::ElastiCache::CacheCluster');
const parametersOf = (template: ReturnType<typeof build>) => propertiesOf(template, 'AWS::ElastiCache::ParameterGroup');

test('minimal: one small node that is reached by one group', () => {
  const template = build();
  const [securityGroup] = Object.keys(template.findResources('AWS::EC2::SecurityGroup'));
  expect(clusterOf(template)).toMatchObject({
    Engine: 'memcached',
    EngineVersion: '1.6.22',
    CacheNodeType: 'cache.t4g.micro',
    NumCacheNodes: 1,
    AZMode: 'single-az',
    Port: 6380,
    AutoMinorVersionUpgrade: true,
    PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
    VpcSecurityGroupIds: [{ 'Fn::GetAtt': [securityGroup, 'GroupId'] }],
  });
  expect(parametersOf(template).CacheParameterGroupFamily).toBe('memcached1.6');
  for (const name of ['SnapshotRetentionLimit', 'SnapshotWindow', 'NotificationTopicArn']) {
    expect(clusterOf(template)).not.toHaveProperty(name);
  }
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    make(stack, {
      nodeType: 'cache.r7g.large',
      connectionsOverheadMiB: 200,
      port: 7000,
      maintenanceWindow: 'mon:06:00-mon:07:00',
      topic: Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:test'),
    });
  });
  expect(clusterOf(template)).toMatchObject({
    CacheNodeType: 'cache.r7g.large',
    Port: 7000,
    PreferredMaintenanceWindow: 'mon:06:00-mon:07:00',
    NotificationTopicArn: 'arn:aws:sns:eu-central-1:111122223333:test',
  });
  expect(parametersOf(template).Properties).toMatchObject({ memcached_connections_overhead: '200' });
});

test('what is said to it is encrypted, always', () => {
  expect(clusterOf(build())).toMatchObject({ TransitEncryptionEnabled: true });
});

test('nobody empties it by a word', () => {
  expect(parametersOf(build()).Properties).toMatchObject({ disable_flush_all: '1' });
});

test('a full one forgets what was not asked for', () => {
  expect(parametersOf(build()).Properties).toMatchObject({ error_on_memory_exhausted: '0' });
});

test('the parameters are its own', () => {
  const template = build();
  const [id] = Object.keys(template.findResources('AWS::ElastiCache::ParameterGroup'));
  expect(clusterOf(template).CacheParameterGroupName).toEqual({ Ref: id });
});

test('nothing of it is kept: there is nothing to miss', () => {
  for (const type of ['CacheCluster', 'ParameterGroup', 'SubnetGroup']) {
    build().hasResource(`AWS::ElastiCache::${type}`, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  }
});

test('it says what it is for', () => {
  expect(clusterOf(build()).Tags).toEqual([{ Key: 'clonekit:purpose', Value: 'objects' }]);
});

test('another node type is another node, as ElastiCache cannot change one', () => {
  const idOf = (nodeType: string) => Object.keys(build({ nodeType }).findResources('AWS::ElastiCache::CacheCluster'));
  expect(idOf('cache.m7g.large')).not.toEqual(idOf('cache.m7g.xlarge'));
});

test('clients are told where its one node is', () => {
  inStack((stack) => {
    const memcached = make(stack);
    const id = expect.stringMatching(/^MemcachedNodecachet4gmicro/);
    const get = (attribute: string) => ({ 'Fn::GetAtt': [id, `ConfigurationEndpoint.${attribute}`] });
    expect(stack.resolve(memcached.id)).toEqual({ Ref: id });
    expect(stack.resolve(memcached.address)).toEqual({ 'Fn::Join': ['', [get('Address'), ':', get('Port')]] });
  });
});

test.each([
  ['ObjectsProcessor', 'CPUUtilization', 'Maximum', 90],
  ['ObjectsEvictions', 'Evictions', 'Sum', 10_000],
  ['ObjectsSwap', 'SwapUsage', 'Maximum', 52_428_800],
  ['ObjectsConnections', 'CurrConnections', 'Maximum', 10_000],
])('%s is watched by %s, %s above %i', (id, MetricName, Statistic, Threshold) => {
  const template = templateOf(
    (stack) => new Alarms(stack, 'Alarms', { figures: memcachedFigures({ nodeId: 'node' }) }),
  );
  const [alarm] = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).filter(([logicalId]) =>
    logicalId.startsWith(`Alarms${id}`),
  );
  expect(alarm?.[1].Properties).toMatchObject({
    Threshold,
    Metrics: [
      {
        MetricStat: {
          Metric: {
            ...{ Namespace: 'AWS/ElastiCache', MetricName },
            Dimensions: [{ Name: 'CacheClusterId', Value: 'node' }],
          },
          Stat: Statistic,
        },
      },
    ],
  });
});

test('a full cache is no alarm: only one that throws out more than it keeps', () => {
  const evictions = memcachedFigures({ nodeId: 'node' }).find(({ id }) => id === 'ObjectsEvictions');
  expect(evictions).toMatchObject({ threshold: 10_000, periods: [15, 15] });
});
