// What is refused of caches, at its edges.
import { type Cases, cache, cacheCluster, cacheParameters, kept, pairs, ref, type Stacks, stackOf } from './templates';

const one = (properties: Record<string, unknown>, rest: object = {}): Stacks =>
  stackOf({ Cache: cache(properties, rest) });

const sessions = (properties: Record<string, unknown>, parameters: unknown = {}): Stacks =>
  stackOf({
    Cache: cache({ Tags: pairs({ 'clonekit:purpose': 'sessions' }), ...properties }),
    Parameters: cacheParameters(parameters),
  });

const inMemcached = (purpose: string, Engine = 'memcached'): Stacks =>
  stackOf({ Cache: cacheCluster({ Engine, Tags: pairs({ 'clonekit:purpose': purpose }) }) });

const evictingTold = (got: string): string =>
  'Cache: Properties.CacheParameterGroupName must have maxmemory-policy noeviction for sessions, or people are logged out ' +
  `when memory is full; got: "${got}"`;

const durable = {
  Engine: 'valkey',
  EngineVersion: '9.0',
  CacheNodeType: 'cache.m7g.large',
  ClusterMode: 'enabled',
  NumNodeGroups: 1,
  ReplicasPerNodeGroup: 1,
  MultiAZEnabled: true,
  AutomaticFailoverEnabled: true,
  TransitEncryptionEnabled: true,
  Durability: 'sync',
};

const durableTold = (lacks: string): string =>
  `Cache: Properties.Durability must come with ${lacks}, or ElastiCache refuses the replication group; got: "sync"`;

const tlsTold = (got: string): string =>
  'Cache: Properties.TransitEncryptionEnabled must be true for Valkey, or ElastiCache refuses the replication group: Valkey ' +
  `is made with TLS or not at all; got: ${got}`;

const keptTold = (path: string): string =>
  `Cache: ${path} must be Retain or Snapshot, or everybody is logged out by a change of one name; got: nothing`;

const replicaTold = (path: string): string =>
  `Cache: Properties.${path} must be off without a replica, or ElastiCache refuses the replication group; got: true`;

const reshardingTold =
  'Cache: UpdatePolicy.UseOnlineResharding must be true for a cluster, or changing the number of shards replaces the cache ' +
  'and loses what it holds; got: nothing';

export const cacheCases: Cases = {
  'valkey-without-tls': [
    ['Valkey with TLS', one({ Engine: 'valkey', TransitEncryptionEnabled: true })],
    ['Redis without', one({ Engine: 'redis' })],
    ['TLS that a deploy decides', one({ Engine: 'valkey', TransitEncryptionEnabled: ref('Tls') })],
    ['Valkey without', one({ Engine: 'valkey', TransitEncryptionEnabled: false }), tlsTold('false')],
    ['Valkey that says nothing', one({ Engine: 'Valkey' }), tlsTold('nothing')],
  ],
  'auth-token': [
    ['users', one({ UserGroupIds: [ref('Users')] })],
    [
      'a token, which stays untold',
      one({ AuthToken: 'a-password-of-sixteen' }),
      'Cache: Properties.AuthToken must not be set, or adding it later, or going on to users, replaces the cache and loses ' +
        'what it holds; got: "a token"',
    ],
  ],
  'sessions-in-memcached': [
    ['objects', inMemcached('objects')],
    ['a purpose that nobody told', stackOf({ Cache: cacheCluster({ Engine: 'memcached' }) })],
    ['sessions in one node of something else', inMemcached('sessions', 'redis')],
    [
      'sessions',
      inMemcached('sessions'),
      'Cache: Properties.Engine must not be memcached for sessions, or people are signed out whenever it is full or starts ' +
        'again, and whoever reaches it reads their sessions; got: "memcached"',
    ],
  ],
  'evicting-sessions': [
    [
      'sessions that are never thrown out',
      sessions({ CacheParameterGroupName: ref('Parameters') }, { 'maxmemory-policy': 'noeviction' }),
    ],
    ['objects that are', stackOf({ Cache: cache({ Tags: pairs({ 'clonekit:purpose': 'objects' }) }) })],
    ['parameters that are not in the templates', sessions({ CacheParameterGroupName: 'ours' })],
    [
      'sessions that are thrown out',
      sessions({ CacheParameterGroupName: ref('Parameters') }, { 'maxmemory-policy': 'allkeys-lru' }),
      evictingTold('allkeys-lru'),
    ],
    [
      'parameters without a word of it',
      sessions({ CacheParameterGroupName: ref('Parameters') }),
      evictingTold('volatile-lru'),
    ],
    ['no parameters', sessions({}), evictingTold('volatile-lru')],
    [
      "ElastiCache's parameters",
      sessions({ CacheParameterGroupName: 'default.valkey8' }),
      evictingTold('volatile-lru'),
    ],
  ],
  'cache-without-retain': [
    ['a snapshot', one({}, { DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' })],
    ['a cache that is kept', one({}, kept)],
    ['objects, which can be computed again', one({ Tags: pairs({ 'clonekit:purpose': 'objects' }) })],
    ['no word of it', one({}), keptTold('DeletionPolicy'), keptTold('UpdateReplacePolicy')],
  ],
  'durability-without-cluster-mode': [
    ['all it needs', one(durable)],
    [
      'a cluster by its parameters',
      one({ ...durable, ClusterMode: undefined, CacheParameterGroupName: 'default.valkey9.cluster.on' }),
    ],
    ['no durability', one({ ...durable, Durability: 'disabled', ClusterMode: 'disabled' })],
    ['an older version', one({ ...durable, EngineVersion: '8.1' }), durableTold('version 9 or later')],
    [
      'one shard without the cluster protocol',
      one({ ...durable, ClusterMode: 'compatible' }),
      durableTold('cluster mode enabled'),
    ],
    [
      'a small node',
      one({ ...durable, CacheNodeType: 'cache.t4g.small' }),
      durableTold('a node of r7g, r6g, m7g, m6g, c7gn'),
    ],
    [
      'nothing it needs',
      one({ Durability: 'sync', NumCacheClusters: 1, Engine: 'redis', CacheNodeType: 'cache.r7g.large' }),
      durableTold('engine valkey and cluster mode enabled and Multi-AZ and a replica of every shard and TLS'),
    ],
  ],
  'failover-without-replica': [
    ['two nodes', one({ NumCacheClusters: 2, AutomaticFailoverEnabled: true, MultiAZEnabled: true })],
    ['nodes that a deploy decides', one({ NumCacheClusters: ref('Nodes'), AutomaticFailoverEnabled: true })],
    [
      'a cluster, which must have it',
      one({ ClusterMode: 'enabled', ReplicasPerNodeGroup: 0, AutomaticFailoverEnabled: true }),
    ],
    [
      'one node',
      one({ NumCacheClusters: 1, AutomaticFailoverEnabled: true, MultiAZEnabled: true }),
      replicaTold('AutomaticFailoverEnabled'),
      replicaTold('MultiAZEnabled'),
    ],
    [
      'two zones for one node of a shard',
      one({ NumNodeGroups: 2, ReplicasPerNodeGroup: 0, MultiAZEnabled: true }),
      replicaTold('MultiAZEnabled'),
    ],
  ],
  'multi-az-without-failover': [
    ['both', one({ MultiAZEnabled: true, AutomaticFailoverEnabled: true })],
    ['failover alone', one({ AutomaticFailoverEnabled: true })],
    [
      'zones alone',
      one({ MultiAZEnabled: true }),
      'Cache: Properties.AutomaticFailoverEnabled must be true with MultiAZEnabled, or ElastiCache refuses the replication ' +
        'group: Multi-AZ needs automatic failover; got: nothing',
    ],
  ],
  'resharding-replaces-cache': [
    ['a cluster that changes in place', one(durable, { UpdatePolicy: { UseOnlineResharding: true } })],
    ['no cluster', one({ NumCacheClusters: 2 })],
    ['a cluster', one(durable), reshardingTold],
    ['a cluster by its shards', one({ NumNodeGroups: 2 }), reshardingTold],
    [
      'a cluster by its parameters',
      stackOf({
        Cache: cache({ CacheParameterGroupName: ref('Parameters') }),
        Parameters: cacheParameters({ 'cluster-enabled': 'yes' }),
      }),
      reshardingTold,
    ],
  ],
};
