// What a cache declares is what would run here: a replication group its mode and durability, a cluster its memory.
import { memberIdsOf, toCache, type ValkeyPlan } from '../../../lib/local/plan/cache';
import { ResourceReader } from '../../../lib/local/resource-reader';

const read = (type: string, logicalId: string, properties: Record<string, unknown>): ResourceReader =>
  new ResourceReader('data', logicalId, { Type: type, Properties: properties }, 'eu-central-1', (_, value) => value);

const plan = (changes: Record<string, unknown> = {}, parameters: Record<string, string> = {}) => {
  const group = read('AWS::ElastiCache::ReplicationGroup', 'Group', {
    Engine: 'valkey',
    EngineVersion: '9.0',
    CacheNodeType: 'cache.t4g.micro',
    CacheParameterGroupName: 'parameters',
    ...changes,
  });
  const parameterGroup = read('AWS::ElastiCache::ParameterGroup', 'Parameters', { Properties: parameters });
  return toCache('sessions', group.physicalId, {
    caches: new Map([[group.physicalId, group]]),
    parameterGroups: new Map([['parameters', parameterGroup]]),
    userGroups: new Map(),
    users: [],
  }) as ValkeyPlan;
};

const planMemcached = (changes: Record<string, unknown> = {}, parameters: Record<string, string> = {}) => {
  const cluster = read('AWS::ElastiCache::CacheCluster', 'Node', {
    Engine: 'memcached',
    EngineVersion: '1.6.22',
    CacheNodeType: 'cache.t4g.micro',
    CacheParameterGroupName: 'parameters',
    NumCacheNodes: 1,
    ...changes,
  });
  const parameterGroup = read('AWS::ElastiCache::ParameterGroup', 'Parameters', { Properties: parameters });
  return toCache('objects', cluster.physicalId, {
    caches: new Map([[cluster.physicalId, cluster]]),
    parameterGroups: new Map([['parameters', parameterGroup]]),
    userGroups: new Map(),
    users: [],
  });
};

test('a group that says nothing is one server, and not durable', () => {
  expect(plan()).toMatchObject({ mode: 'single', durability: 'disabled' });
  expect(memberIdsOf(plan())).toEqual(['data-group-001']);
});

test('a durable group in cluster mode is planned as such', () => {
  const durable = plan({ ClusterMode: 'enabled', NumNodeGroups: 1, ReplicasPerNodeGroup: 2, Durability: 'sync' });
  expect(durable).toMatchObject({ mode: 'cluster', durability: 'sync' });
  expect(memberIdsOf(durable)).toEqual(['data-group-0001-001', 'data-group-0001-002', 'data-group-0001-003']);
});

test.each([
  [{ ClusterMode: 'enabled' }, {}, 'cluster'],
  [{ ClusterMode: 'compatible' }, {}, 'cluster'],
  [{ ClusterMode: 'disabled' }, { 'cluster-enabled': 'yes' }, 'single'],
  [{ NumNodeGroups: 1 }, {}, 'single'],
  [{ NumNodeGroups: 1 }, { 'cluster-enabled': 'no' }, 'single'],
  [{ NumNodeGroups: 1 }, { 'cluster-enabled': 'yes' }, 'cluster'],
])('%j with the parameters %j is in mode %s', (changes, parameters, mode) => {
  expect(plan(changes, parameters as Record<string, string>).mode).toBe(mode);
});

test.each([
  ['default', 'disabled'],
  ['disabled', 'disabled'],
  ['async', 'async'],
  ['sync', 'sync'],
])('durability %s is %s', (Durability, expected) => {
  expect(plan({ Durability }).durability).toBe(expected);
});

test.each([
  [{ NumNodeGroups: 2 }, 'data: Group.NumNodeGroups must be 1 on this machine, got: 2'],
  [{ Durability: 'perhaps' }, 'data: Group.Durability must be one of disabled, default, async, sync, got: perhaps'],
])('%j is refused by name', (changes, message) => {
  expect(() => plan(changes)).toThrow(message);
});

test.each([
  [{}, 512 - 100],
  [{ memcached_connections_overhead: '200' }, 512 - 200],
])('a node of Memcached with the parameters %j has %i MiB for objects', (parameters, MiB) => {
  const cluster = planMemcached({}, parameters as Record<string, string>);
  expect(cluster).toMatchObject({ engine: 'memcached', policy: 'lru', maxMemoryBytes: MiB * 2 ** 20, users: [] });
  expect(memberIdsOf(cluster)).toEqual(['data-node']);
});

test.each([
  [{ NumCacheNodes: 2 }, 'data: Node.NumCacheNodes must be 1 on this machine, got: 2'],
  [{ Engine: 'redis' }, 'data: Node.Engine must be memcached, got: redis'],
])('%j of a cluster is refused by name', (changes, message) => {
  expect(() => planMemcached(changes)).toThrow(message);
});

test('an output that names no cache is told', () => {
  const nothing = { caches: new Map(), parameterGroups: new Map(), userGroups: new Map(), users: [] };
  expect(() => toCache('objects', 'none', nothing)).toThrow(
    'templates: the output for objects must name a cache, got: none',
  );
});
