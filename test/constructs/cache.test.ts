// A Valkey cache.
import { RemovalPolicy } from 'aws-cdk-lib';
import { Cache, type CacheProps } from '../../lib/constructs/cache';
import { propertiesOf, surroundings, templateOf } from './built';

const build = (props: Partial<CacheProps> = {}) =>
  templateOf((stack) => {
    const { subnets, securityGroup } = surroundings(stack);
    new Cache(stack, 'Cache', {
      description: 'A cache',
      nodeType: 'cache.t4g.micro',
      replicas: 0,
      evictionPolicy: 'noeviction',
      reservedMemoryPercent: 25,
      port: 6380,
      subnets,
      securityGroup,
      userGroupId: 'users',
      ...props,
    });
  });
const groupOf = (template: ReturnType<typeof build>) => propertiesOf(template, 'AWS::ElastiCache::ReplicationGroup');

test('minimal: one node, no failover, no snapshots, a last one when it goes', () => {
  const template = build();
  expect(groupOf(template)).toMatchObject({
    Engine: 'valkey',
    NumCacheClusters: 1,
    AutomaticFailoverEnabled: false,
    MultiAZEnabled: false,
    SnapshotRetentionLimit: 0,
  });
  template.hasResource('AWS::ElastiCache::ReplicationGroup', {
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
  });
});

test('maximal: every prop arrives', () => {
  const template = build({
    description: 'Another cache',
    nodeType: 'cache.r7g.large',
    replicas: 2,
    evictionPolicy: 'allkeys-lfu',
    reservedMemoryPercent: 30,
    port: 7000,
    userGroupId: 'others',
    snapshotDays: 15,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  expect(groupOf(template)).toMatchObject({
    ReplicationGroupDescription: 'Another cache',
    CacheNodeType: 'cache.r7g.large',
    NumCacheClusters: 3,
    Port: 7000,
    UserGroupIds: ['others'],
    SnapshotRetentionLimit: 15,
  });
  expect(propertiesOf(template, 'AWS::ElastiCache::ParameterGroup')).toMatchObject({
    CacheParameterGroupFamily: 'valkey8',
    Properties: { 'maxmemory-policy': 'allkeys-lfu', 'reserved-memory-percent': '30' },
  });
  template.hasResource('AWS::ElastiCache::ReplicationGroup', { DeletionPolicy: 'Retain' });
});

test('what is said to a cache is encrypted, always', () => {
  expect(groupOf(build())).toMatchObject({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' });
});

test('what a cache holds is encrypted', () => {
  expect(groupOf(build())).toMatchObject({ AtRestEncryptionEnabled: true });
});

test('only users of the group log in', () => {
  const group = groupOf(build());
  expect(group).toMatchObject({ UserGroupIds: ['users'] });
  expect(group).not.toHaveProperty('AuthToken');
});

test('minor versions are taken without being asked', () => {
  expect(groupOf(build())).toMatchObject({ AutoMinorVersionUpgrade: true });
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
