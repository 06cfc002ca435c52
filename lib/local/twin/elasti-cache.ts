// ElastiCache: the two caches as replication groups and clusters, with the engine that really runs.
import * as schemas from '@aws-sdk/client-elasticache';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import { CacheGroup } from '../servers/cache-group';
import type { CacheNode, CacheServer } from '../servers/cache-server';
import { Memcached } from '../servers/memcached';
import { cacheUserActions } from './cache-users';
import { findEvents } from './events';
import { toPage } from './page';
import { AwsError, type Service, select } from './service';

const statusOf = (cache: CacheServer): string =>
  cache instanceof CacheGroup ? cache.status : nodeStatusOf(cache.nodes[0] as CacheNode);
const nodeStatusOf = ({ process }: CacheNode): string => (process.ended ? 'modifying' : 'available');

const toEndpoint = ({ address }: Pick<CacheNode, 'address'>): schemas.Endpoint => ({
  Address: address.host,
  Port: address.port,
});

const toMember = ({ id }: CacheNode): schemas.NodeGroupMember => ({ CacheClusterId: id, CacheNodeId: '0001' });

/** Where clients find the group, and what a shard tells of itself: they differ by mode. */
const toEndpoints: Readonly<Record<CacheGroup['plan']['mode'], (cache: CacheGroup) => schemas.ReplicationGroup>> = {
  single: (cache) => ({
    ClusterEnabled: false,
    ClusterMode: 'disabled',
    NodeGroups: [
      {
        ...toNodeGroup(cache),
        PrimaryEndpoint: toEndpoint(cache),
        // One address for all replicas; there is none of it here, so it is that of the first.
        ReaderEndpoint: toEndpoint(cache.nodes.find(({ role }) => role === 'replica') ?? cache),
        NodeGroupMembers: cache.nodes.map((node) => ({
          ...toMember(node),
          ReadEndpoint: toEndpoint(node),
          CurrentRole: node.role,
        })),
      },
    ],
  }),
  cluster: (cache) => ({
    ClusterEnabled: true,
    ClusterMode: 'enabled',
    ConfigurationEndpoint: toEndpoint(cache),
    NodeGroups: [{ ...toNodeGroup(cache), Slots: '0-16383', NodeGroupMembers: cache.nodes.map(toMember) }],
  }),
};

/** What the server was started with. */
const toTransit = ({
  isEncrypted,
}: CacheServer): Pick<schemas.CacheCluster, 'TransitEncryptionEnabled' | 'TransitEncryptionMode'> =>
  isEncrypted
    ? { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' }
    : { TransitEncryptionEnabled: false };

const toNodeGroup = (cache: CacheGroup): schemas.NodeGroup => ({ NodeGroupId: shard, Status: statusOf(cache) });

/** Every group has one. */
const shard = '0001';

const toReplicationGroup = (cache: CacheGroup, fleet: Fleet): schemas.ReplicationGroup => ({
  ReplicationGroupId: cache.plan.id,
  Description: cache.plan.purpose,
  ARN: `arn:aws:elasticache:${fleet.plan.region}:${account}:replicationgroup:${cache.plan.id}`,
  Status: statusOf(cache),
  Engine: cache.program.flavour,
  CacheNodeType: cache.plan.nodeType,
  MemberClusters: cache.nodes.map(({ id }) => id),
  ...toEndpoints[cache.plan.mode](cache),
  AutomaticFailover: cache.plan.automaticFailover ? 'enabled' : 'disabled',
  // There is one zone here, whatever the template has.
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
  node: CacheNode,
  { ShowCacheNodeInfo }: schemas.DescribeCacheClustersMessage,
): schemas.CacheCluster => ({
  CacheClusterId: node.id,
  ...toBelonging(cache),
  ...toTransit(cache),
  CacheClusterStatus: nodeStatusOf(node),
  Engine: cache.program.flavour,
  EngineVersion: cache.program.version,
  CacheNodeType: cache.plan.nodeType,
  NumCacheNodes: 1,
  CacheClusterCreateTime: node.process.startedAt,
  CacheParameterGroup: { CacheParameterGroupName: cache.plan.parameterGroup, ParameterApplyStatus: 'in-sync' },
  ...(ShowCacheNodeInfo
    ? { CacheNodes: [{ CacheNodeId: '0001', CacheNodeStatus: nodeStatusOf(node), Endpoint: toEndpoint(node) }] }
    : {}),
});

const groupNotFound = (id: string) =>
  new AwsError('ReplicationGroupNotFoundFault', `ReplicationGroup ${id} not found.`, 404);
const clusterNotFound = (id: string) => new AwsError('CacheClusterNotFound', `CacheCluster not found: ${id}`, 404);
const listGroups = ({ caches }: Fleet): CacheGroup[] => caches.filter((cache) => cache instanceof CacheGroup);
const toList = (name: string | undefined) => (name === undefined ? undefined : [name]);

export const elastiCache: Service = {
  signingName: 'elasticache',
  protocol: 'query',
  namespace: 'http://elasticache.amazonaws.com/doc/2015-02-02/',
  schemas,
  wrongTokenCode: 'InvalidParameterValue',
  actions: {
    ...cacheUserActions,
    DescribeReplicationGroups: (
      input: schemas.DescribeReplicationGroupsMessage,
      fleet,
    ): schemas.ReplicationGroupMessage => {
      const wanted = select(listGroups(fleet), toList(input.ReplicationGroupId), ({ plan }) => plan.id, groupNotFound);
      const { items, next } = toPage(wanted, input.MaxRecords, input.Marker);
      return { ReplicationGroups: items.map((cache) => toReplicationGroup(cache, fleet)), Marker: next };
    },
    DescribeCacheClusters: (input: schemas.DescribeCacheClustersMessage, fleet): schemas.CacheClusterMessage => {
      const clusters = fleet.caches
        .filter((cache) => !input.ShowCacheClustersNotInReplicationGroups || cache instanceof Memcached)
        .flatMap((cache) => cache.nodes.map((node) => toCluster(cache, node, input)));
      const wanted = select(
        clusters,
        toList(input.CacheClusterId),
        (cluster) => cluster.CacheClusterId,
        clusterNotFound,
      );
      const { items, next } = toPage(wanted, input.MaxRecords, input.Marker);
      return { CacheClusters: items, Marker: next };
    },
    TestFailover: (input: schemas.TestFailoverMessage, fleet): schemas.TestFailoverResult => {
      const [cache] = select(listGroups(fleet), toList(input.ReplicationGroupId), ({ plan }) => plan.id, groupNotFound);
      if (!cache) throw groupNotFound(String(input.ReplicationGroupId));
      if (input.NodeGroupId !== shard) {
        throw new AwsError('NodeGroupNotFoundFault', `NodeGroup ${input.NodeGroupId} not found.`, 404);
      }
      if (!cache.plan.automaticFailover || cache.nodes.length < 2) {
        throw new AwsError(
          'InvalidReplicationGroupState',
          `Automatic failover must be enabled and there must be a replica for TestFailover of ${cache.plan.id}.`,
        );
      }
      if (statusOf(cache) !== 'available') {
        throw new AwsError('InvalidReplicationGroupState', `Replication group ${cache.plan.id} is not available.`);
      }
      const tell = (message: string): void =>
        fleet.events.add({ source: cache.plan.id, type: 'replication-group', message, categories: [] });
      tell(`Test Failover API called for node group ${shard}`);
      cache.failOver().then(
        ({ from, to }) => tell(`Failover from primary node ${from} to replica node ${to} completed`),
        (error) => tell(`Failover failed: ${(error as Error).message}`),
      );
      return { ReplicationGroup: toReplicationGroup(cache, fleet) };
    },
    DescribeEvents: (input: schemas.DescribeEventsMessage, fleet): schemas.EventsMessage => {
      const found = findEvents(fleet.events, ['replication-group', 'cache-cluster'], input);
      const { items, next } = toPage(found, input.MaxRecords, input.Marker);
      return {
        Events: items.map(({ at, source, type, message }) => ({
          ...{ SourceIdentifier: source, SourceType: type as schemas.SourceType, Message: message, Date: at },
        })),
        Marker: next,
      };
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
