// A Valkey cache.
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Cache, type CacheProps } from '../../lib/constructs/cache';
import { CacheUsers } from '../../lib/constructs/cache-users';
import { inStack, propertiesOf, surroundings, templateOf } from './built';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/test';

const make = (stack: Stack, props: Partial<CacheProps> = {}): Cache => {
  const { subnets, securityGroup } = surroundings(stack);
  const users = new CacheUsers(stack, 'Users', { name: 'test' });
  return new Cache(stack, 'Cache', { purpose: 'objects', subnets, securityGroup, users, ...props });
};
const build = (props: Partial<CacheProps> = {}) => templateOf((stack) => make(stack, props));
const durable: Partial<CacheProps> = { durability: 'sync', nodeType: 'cache.m7g.large', replicas: 2 };

const groupOf = (template: ReturnType<typeof build>) => propertiesOf(template, 'AWS::ElastiCache::ReplicationGroup');
const parametersOf = (template: ReturnType<typeof build>) =>
  propertiesOf(template, 'AWS::ElastiCache::ParameterGroup').Properties;

test('minimal: one small node for objects, which forgets what was not asked for', () => {
  const template = build();
  expect(groupOf(template)).toMatchObject({
    Engine: 'valkey',
    EngineVersion: '9.0',
    CacheNodeType: 'cache.t4g.micro',
    NumCacheClusters: 1,
    AutomaticFailoverEnabled: false,
    MultiAZEnabled: false,
    Port: 6380,
    SnapshotRetentionLimit: 0,
  });
  expect(propertiesOf(template, 'AWS::ElastiCache::ParameterGroup').CacheParameterGroupFamily).toBe('valkey9');
  expect(parametersOf(template)).toEqual({ 'maxmemory-policy': 'allkeys-lru', 'reserved-memory-percent': '25' });
  for (const name of ['ClusterMode', 'Durability', 'NumNodeGroups', 'SnapshotWindow', 'KmsKeyId']) {
    expect(groupOf(template)).not.toHaveProperty(name);
  }
  template.hasResource('AWS::ElastiCache::ReplicationGroup', {
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
  });
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    make(stack, {
      purpose: 'sessions',
      nodeType: 'cache.r7g.large',
      replicas: 2,
      durability: 'async',
      evictionPolicy: 'allkeys-lfu',
      reservedMemoryPercent: 30,
      port: 7000,
      snapshotDays: 15,
      snapshotWindow: '04:00-05:00',
      maintenanceWindow: 'mon:06:00-mon:07:00',
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      logRetention: RetentionDays.ONE_WEEK,
      topic: Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:test'),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  });
  expect(groupOf(template)).toMatchObject({
    CacheNodeType: 'cache.r7g.large',
    ReplicasPerNodeGroup: 2,
    Durability: 'async',
    Port: 7000,
    SnapshotRetentionLimit: 15,
    SnapshotWindow: '04:00-05:00',
    PreferredMaintenanceWindow: 'mon:06:00-mon:07:00',
    KmsKeyId: 'test',
    NotificationTopicArn: 'arn:aws:sns:eu-central-1:111122223333:test',
  });
  expect(parametersOf(template)).toEqual({
    'maxmemory-policy': 'allkeys-lfu',
    'reserved-memory-percent': '30',
    'cluster-enabled': 'yes',
  });
  const logs = Object.values(template.findResources('AWS::Logs::LogGroup'));
  expect(logs.map(({ Properties }) => [Properties.RetentionInDays, Properties.KmsKeyId])).toEqual([
    [7, keyArn],
    [7, keyArn],
  ]);
  // The cache is kept, and with it what it cannot be without.
  for (const type of ['ReplicationGroup', 'ParameterGroup', 'SubnetGroup']) {
    template.hasResource(`AWS::ElastiCache::${type}`, { DeletionPolicy: 'Retain' });
  }
  for (const { DeletionPolicy } of logs) expect(DeletionPolicy).toBe('Retain');
});

test('sessions are copied and refuse to be thrown out', () => {
  const template = build({ purpose: 'sessions' });
  expect(groupOf(template)).toMatchObject({ NumCacheClusters: 2, SnapshotRetentionLimit: 15 });
  expect(parametersOf(template)).toMatchObject({ 'maxmemory-policy': 'noeviction' });
});

test('what is said to a cache is encrypted, always', () => {
  expect(groupOf(build())).toMatchObject({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' });
});

test('what a cache holds is encrypted', () => {
  expect(groupOf(build())).toMatchObject({ AtRestEncryptionEnabled: true });
});

test('only users of the group log in', () => {
  const template = build();
  const [users] = Object.keys(template.findResources('AWS::ElastiCache::UserGroup'));
  expect(groupOf(template).UserGroupIds).toEqual([{ Ref: users }]);
  expect(groupOf(template)).not.toHaveProperty('AuthToken');
});

test('minor versions are taken without being asked, apart from the snapshot', () => {
  expect(groupOf(build({ purpose: 'sessions' }))).toMatchObject({
    AutoMinorVersionUpgrade: true,
    SnapshotWindow: '01:00-02:00',
    PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
  });
});

test('slow commands and the engine’s messages go to logs that end', () => {
  const template = build();
  const ids = Object.keys(template.findResources('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 } }));
  expect(groupOf(template).LogDeliveryConfigurations).toEqual(
    ['slow-log', 'engine-log'].map((LogType, index) => ({
      LogType,
      LogFormat: 'json',
      DestinationType: 'cloudwatch-logs',
      DestinationDetails: { CloudWatchLogsDetails: { LogGroup: { Ref: ids[index] } } },
    })),
  );
});

test.each([
  [0, false],
  [1, true],
])('with %i replicas failover is %s', (replicas, isOn) => {
  expect(groupOf(build({ replicas }))).toMatchObject({
    NumCacheClusters: 1 + replicas,
    AutomaticFailoverEnabled: isOn,
    MultiAZEnabled: isOn,
  });
});

test('the eviction policy is that of the group’s own parameters', () => {
  const template = build();
  const [id] = Object.keys(template.findResources('AWS::ElastiCache::ParameterGroup'));
  expect(groupOf(template).CacheParameterGroupName).toEqual({ Ref: id });
});

test.each(['sync', 'async'] as const)(
  'durable writes, %s, are of a cluster of one shard with failover',
  (durability) => {
    const group = groupOf(build({ ...durable, durability }));
    expect(group).toMatchObject({
      Durability: durability,
      ClusterMode: 'enabled',
      NumNodeGroups: 1,
      ReplicasPerNodeGroup: 2,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
    });
    expect(group).not.toHaveProperty('NumCacheClusters');
  },
);

test('more shards do not make another cache of it', () => {
  build(durable).hasResource('AWS::ElastiCache::ReplicationGroup', { UpdatePolicy: { UseOnlineResharding: true } });
});

test.each([
  ['single', {}, 'PrimaryEndPoint', ['', '']],
  ['cluster', durable, 'ConfigurationEndPoint', ['-0001', '-0001']],
] as const)(
  'clients are told where a %s cache is, and figures which nodes it has',
  (mode, props, endPoint, infixes) => {
    inStack((stack) => {
      const cache = make(stack, { ...props, replicas: 1 });
      const id = expect.stringMatching(/^CacheGroup/);
      const get = (attribute: string) => ({ 'Fn::GetAtt': [id, `${endPoint}.${attribute}`] });
      expect(cache.mode).toBe(mode);
      expect(stack.resolve(cache.id)).toEqual({ Ref: id });
      expect(stack.resolve(cache.address)).toEqual({ 'Fn::Join': ['', [get('Address'), ':', get('Port')]] });
      expect(stack.resolve(cache.nodeIds)).toEqual(
        infixes.map((infix, index) => ({ 'Fn::Join': ['', [{ Ref: id }, `${infix}-00${index + 1}`]] })),
      );
    });
  },
);

test('a cache says what it is for', () => {
  expect(groupOf(build({ purpose: 'sessions' })).Tags).toEqual([{ Key: 'clonekit:purpose', Value: 'sessions' }]);
});

test('another node type is one word, and nothing else changes', () => {
  const [small, large] = ['cache.m7g.large', 'cache.m7g.xlarge'].map((nodeType) =>
    JSON.stringify(build({ ...durable, nodeType }).toJSON()),
  );
  expect(small?.replace('"CacheNodeType":"cache.m7g.large"', '"CacheNodeType":"cache.m7g.xlarge"')).toBe(large);
  expect(small).not.toBe(large);
});

test.each<[string, Partial<CacheProps>, string]>([
  [
    'durability without a copy',
    { ...durable, replicas: 0 },
    "Test/Cache.replicas must be at least 1 with durability 'sync'; got: 0; add a copy, or leave durability out",
  ],
  [
    'durability on a node type without a log',
    { ...durable, nodeType: 'cache.t4g.small' },
    'Test/Cache.nodeType must be one with a durable log; got: "cache.t4g.small"; use one like cache.m7g.large, or leave durability out',
  ],
  [
    'more copies than there may be',
    { replicas: 6 },
    'Test/Cache.replicas must be a whole number from 0 to 5; got: 6; use 1 or 2: one in each other zone',
  ],
  [
    'half a copy',
    { replicas: 0.5 },
    'Test/Cache.replicas must be a whole number from 0 to 5; got: 0.5; use 1 or 2: one in each other zone',
  ],
])('refused: %s', (_, props, message) => {
  expect(() => build(props)).toThrow(message);
});
