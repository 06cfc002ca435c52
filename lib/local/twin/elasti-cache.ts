// ElastiCache: the two caches as replication groups and clusters, with the engine that really runs.
import * as schemas from '@aws-sdk/client-elasticache';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import { memberIdOf } from '../plan/cache';
import { Cache } from '../servers/cache';
import type { CacheServer } from '../servers/cache-server';
import { Memcached } from '../servers/memcached';
import { cacheUserActions } from './cache-users';
import { AwsError, type Service, select } from './service';

const memberOf = ({ plan }: CacheServer): string => memberIdOf(plan);
const statusOf = (cache: CacheServer): string => (cache.process.ended ? 'modifying' : 'available');

const toEndpoint = ({ address }: CacheServer): schemas.Endpoint => ({ Address: address.host, Port: address.port });

/** Where clients find the group, and what a shard tells of itself: they differ by mode. */
const toEndpoints: Readonly<Record<Cache['plan']['mode'], (cache: Cache) => schemas.ReplicationGroup>> = {
  single: (cache) => ({
    ClusterEnabled: false,
    ClusterMode: 'disabled',
    NodeGroups: [
      {
        ...toNodeGroup(cache),
        PrimaryEndpoint: toEndpoint(cache),
        NodeGroupMembers: [{ ...toMember(cache), ReadEndpoint: toEndpoint(cache), CurrentRole: 'primary' }],
      },
    ],
  }),
  cluster: (cache) => ({
    ClusterEnabled: true,
    ClusterMode: 'enabled',
    ConfigurationEndpoint: toEndpoint(cache),
    NodeGroups: [{ ...toNodeGroup(cache), Slots: '0-16383', NodeGroupMembers: [toMember(cache)] }],
  }),
};

/** What the server was started with. */
const toTransit = ({
  isEncrypted,
}: CacheServer): Pick<schemas.CacheCluster, 'TransitEncryptionEnabled' | 'TransitEncryptionMode'> =>
  isEncrypted
    ? { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' }
    : { TransitEncryptionEnabled: false };

const toNodeGroup = (cache: Cache): schemas.NodeGroup => ({ NodeGroupId: '0001', Status: statusOf(cache) });
const toMember = (cache: Cache): schemas.NodeGroupMember => ({ CacheClusterId: memberOf(cache), CacheNodeId: '0001' });

const toReplicationGroup = (cache: Cache, fleet: Fleet): schemas.ReplicationGroup => ({
  ReplicationGroupId: cache.plan.id,
  Description: cache.plan.purpose,
  ARN: `arn:aws:elasticache:${fleet.plan.region}:${account}:replicationgroup:${cache.plan.id}`,
  Status: statusOf(cache),
  Engine: cache.program.flavour,
  CacheNodeType: cache.plan.nodeType,
  MemberClusters: [memberOf(cache)],
  ...toEndpoints[cache.plan.mode](cache),
  AutomaticFailover: 'disabled',
  MultiAZ: 'disabled',
  ...toTransit(cache),
  AtRestEncryptionEnabled: false,
  AuthTokenEnabled: false,
  // What the server was started with; its log is on one disk here.
  EffectiveDurability: cache.plan.durability,
});

/** What a member of a replication group tells of itself, and what a cluster that is in none. */
const toBelonging = (cache: CacheServer): schemas.CacheCluster =>
  cache instanceof Memcached ? { ConfigurationEndpoint: toEndpoint(cache) } : { ReplicationGroupId: cache.plan.id };

const toCluster = (
  cache: CacheServer,
  { ShowCacheNodeInfo }: schemas.DescribeCacheClustersMessage,
): schemas.CacheCluster => ({
  CacheClusterId: memberOf(cache),
  ...toBelonging(cache),
  ...toTransit(cache),
  CacheClusterStatus: statusOf(cache),
  Engine: cache.program.flavour,
  EngineVersion: cache.program.version,
  CacheNodeType: cache.plan.nodeType,
  NumCacheNodes: 1,
  CacheClusterCreateTime: cache.process.startedAt,
  CacheParameterGroup: { CacheParameterGroupName: cache.plan.parameterGroup, ParameterApplyStatus: 'in-sync' },
  ...(ShowCacheNodeInfo
    ? { CacheNodes: [{ CacheNodeId: '0001', CacheNodeStatus: statusOf(cache), Endpoint: toEndpoint(cache) }] }
    : {}),
});

const groupNotFound = (id: string) =>
  new AwsError('ReplicationGroupNotFoundFault', `ReplicationGroup ${id} not found.`, 404);
const clusterNotFound = (id: string) => new AwsError('CacheClusterNotFound', `CacheCluster not found: ${id}`, 404);
const toList = (name: string | undefined) => (name === undefined ? undefined : [name]);

export const elastiCache: Service = {
  signingName: 'elasticache',
  protocol: 'query',
  namespace: 'http://elasticache.amazonaws.com/doc/2015-02-02/',
  schemas,
  actions: {
    ...cacheUserActions,
    DescribeReplicationGroups: (
      input: schemas.DescribeReplicationGroupsMessage,
      fleet,
    ): schemas.ReplicationGroupMessage => {
      const groups = fleet.caches
        .filter((cache) => cache instanceof Cache)
        .map((cache) => toReplicationGroup(cache, fleet));
      const wanted = toList(input.ReplicationGroupId);
      return { ReplicationGroups: select(groups, wanted, (group) => group.ReplicationGroupId, groupNotFound) };
    },
    DescribeCacheClusters: (input: schemas.DescribeCacheClustersMessage, fleet): schemas.CacheClusterMessage => {
      const clusters = fleet.caches.map((cache) => toCluster(cache, input));
      const wanted = toList(input.CacheClusterId);
      return { CacheClusters: select(clusters, wanted, (cluster) => cluster.CacheClusterId, clusterNotFound) };
    },
    DescribeCacheParameters: async (
      input: schemas.DescribeCacheParametersMessage,
      fleet,
    ): Promise<schemas.CacheParameterGroupDetails> => {
      const cache = fleet.caches.find(({ plan }) => plan.parameterGroup === input.CacheParameterGroupName);
      if (!cache) {
        const name = input.CacheParameterGroupName;
        throw new AwsError('CacheParameterGroupNotFound', `CacheParameterGroup not found: ${name}`, 404);
      }
      // What holds is what it runs with, not what it was meant to.
      const settings = await cache.readParameters();
      return {
        Parameters: Object.entries(settings).map(([ParameterName, ParameterValue]) => ({
          ParameterName,
          ParameterValue,
          Source: 'user',
        })),
      };
    },
  },
};
