// The caches of a stage, a row a node: role, memory, and what they had to forget.
import {
  type CacheCluster,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  paginateDescribeCacheParameters,
  type ReplicationGroup,
  ReplicationGroupNotFoundFault,
} from '@aws-sdk/client-elasticache';
import type { CachePurpose } from '../../config/names';
import type { Aws } from '../aws';
import { type Metric, readLatest } from '../metrics';
import { isUnknown, type Part, readPart } from '../part';
import type { Stage } from '../stage';

export interface CacheStatus {
  /** sessions or objects. */
  readonly name: CachePurpose;
  readonly node: string;
  /** primary or replica; a Memcached node is neither. */
  readonly role: 'primary' | 'replica' | null;
  readonly status: string;
  readonly engine: string;
  readonly version: string | null;
  readonly usedMemoryBytes: number | null;
  /** Of the memory that it may use, in percent. */
  readonly usedMemoryPercent: number | null;
  /** Keys thrown out for want of memory in the last ten minutes. */
  readonly evictions: number | null;
  readonly policy: string | null;
}

/** What was read of one node, without its figures. */
type Node = Omit<CacheStatus, 'usedMemoryBytes' | 'usedMemoryPercent' | 'evictions'>;

/** What each engine calls the memory that is used. */
const usedMemory: Readonly<Record<string, string>> = { memcached: 'BytesUsedForCacheItems' };

export async function readCaches(aws: Aws, stage: Stage): Promise<Part<CacheStatus[]>> {
  const nodes = await readPart(async () =>
    (
      await Promise.all([readNodes(aws, 'sessions', stage.sessionsId), readNodes(aws, 'objects', stage.objectsId)])
    ).flat(),
  );
  return isUnknown(nodes) ? nodes : await withFigures(aws, nodes);
}

export async function findReplicationGroup(
  aws: Aws,
  ReplicationGroupId: string,
): Promise<ReplicationGroup | undefined> {
  try {
    const question = new DescribeReplicationGroupsCommand({ ReplicationGroupId });
    return (await aws.of(ElastiCacheClient).send(question)).ReplicationGroups?.[0];
  } catch (error) {
    if (error instanceof ReplicationGroupNotFoundFault) return undefined;
    throw error;
  }
}

async function readNodes(aws: Aws, name: CachePurpose, id: string): Promise<Node[]> {
  const group = await findReplicationGroup(aws, id);
  // What is in no group is a cluster itself.
  const members = group?.MemberClusters ?? [id];
  const clusters = await Promise.all(members.map((node) => readCluster(aws, node)));
  const policy = await findPolicy(aws, clusters[0]?.CacheParameterGroup?.CacheParameterGroupName);
  return members.map((node, index) => {
    const cluster = clusters[index];
    return {
      name,
      node,
      role: toRole(group, node),
      status: cluster?.CacheClusterStatus ?? group?.Status ?? 'unknown',
      engine: group?.Engine ?? cluster?.Engine ?? 'unknown',
      version: cluster?.EngineVersion ?? null,
      policy,
    };
  });
}

async function readCluster(aws: Aws, CacheClusterId: string): Promise<CacheCluster | undefined> {
  const question = new DescribeCacheClustersCommand({ CacheClusterId });
  return (await aws.of(ElastiCacheClient).send(question)).CacheClusters?.[0];
}

/** Told of groups without cluster mode; of others the figure IsMaster tells. */
function toRole(group: ReplicationGroup | undefined, node: string): CacheStatus['role'] {
  const members = (group?.NodeGroups ?? []).flatMap(({ NodeGroupMembers = [] }) => NodeGroupMembers);
  const role = members.find(({ CacheClusterId }) => CacheClusterId === node)?.CurrentRole;
  return role === 'primary' || role === 'replica' ? role : null;
}

async function findPolicy(aws: Aws, CacheParameterGroupName: string | undefined): Promise<string | null> {
  if (!CacheParameterGroupName) return null;
  // Those of the group itself; all that the engine has are several pages.
  const question = { CacheParameterGroupName, Source: 'user' };
  for await (const { Parameters = [] } of paginateDescribeCacheParameters(
    { client: aws.of(ElastiCacheClient) },
    question,
  )) {
    const policy = Parameters.find(({ ParameterName }) => ParameterName === 'maxmemory-policy');
    if (policy) return policy.ParameterValue ?? null;
  }
  return null;
}

async function withFigures(aws: Aws, nodes: readonly Node[]): Promise<CacheStatus[]> {
  const toMetrics = ({ node, engine }: Node): Metric[] => {
    const of = { namespace: 'AWS/ElastiCache', dimensions: { CacheClusterId: node } };
    return [
      { ...of, name: usedMemory[engine] ?? 'BytesUsedForCache' },
      { ...of, name: 'DatabaseMemoryUsagePercentage' },
      { ...of, name: 'Evictions', statistic: 'Sum' },
      { ...of, name: 'IsMaster' },
    ];
  };
  const metrics = nodes.map(toMetrics);
  const read = await readPart(() => readLatest(aws, metrics.flat()));
  return nodes.map((node, index) => {
    const at = index * 4;
    const [usedMemoryBytes = null, usedMemoryPercent = null, evictions = null, isMaster = null] = isUnknown(read)
      ? []
      : read.slice(at, at + 4);
    const { policy, ...rest } = node;
    const role = node.role ?? (isMaster === null ? null : isMaster > 0 ? 'primary' : 'replica');
    return { ...rest, role, usedMemoryBytes, usedMemoryPercent, evictions, policy };
  });
}
