// `clonekit cache failover`: another node of a cache becomes its primary; of sessions it is counted what is left.
import {
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ReplicationGroup,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache';
import { type CachePurpose, cachePurposes } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import { readLatest } from './metrics';
import { poll } from './poll';
import type { Stage } from './stage';
import { findReplicationGroup } from './status/caches';

export interface CacheFailover {
  readonly purpose: CachePurpose;
  readonly id: string;
  readonly shard: string;
  readonly members: readonly string[];
  /** Keys that it holds; null where CloudWatch has no figure. */
  readonly items: number | null;
}

const idOf = ({ sessionsId, objectsId }: Stage, purpose: CachePurpose): string =>
  ({ sessions: sessionsId, objects: objectsId })[purpose];

/** Of the node that has the most: replicas have what their primary has, or less. */
async function readItems(aws: Aws, members: readonly string[]): Promise<number | null> {
  const metrics = members.map((CacheClusterId) => ({
    ...{ namespace: 'AWS/ElastiCache', name: 'CurrItems', dimensions: { CacheClusterId } },
    statistic: 'Maximum' as const,
  }));
  const found = (await readLatest(aws, metrics)).filter((items) => items !== null);
  return found.length > 0 ? Math.max(...found) : null;
}

/** @throws OperatorError when there is nobody to take over, or the group is busy */
export async function planCacheFailover(aws: Aws, stage: Stage, purpose: string): Promise<CacheFailover> {
  if (!(cachePurposes as readonly string[]).includes(purpose)) {
    throw new OperatorError(`cache: must be one of ${cachePurposes.join(', ')}, got: ${purpose}`);
  }
  const id = idOf(stage, purpose as CachePurpose);
  const group = await findReplicationGroup(aws, id);
  if (!group) throw new OperatorError(`cache ${purpose}: must be a replication group, got: ${id}, which has no copies`);
  const members = group.MemberClusters ?? [];
  if (group.AutomaticFailover !== 'enabled' || members.length < 2) {
    throw new OperatorError(
      `cache ${id}: must have a replica that takes over by itself, got: ${members.length} node, automatic failover ${group.AutomaticFailover}. Raise ${purpose}.replicas in lib/config/stages.ts`,
    );
  }
  verifyAvailable(group);
  const shard = group.NodeGroups?.[0]?.NodeGroupId ?? '0001';
  return { purpose: purpose as CachePurpose, id, shard, members, items: await readItems(aws, members) };
}

function verifyAvailable({ ReplicationGroupId, Status }: ReplicationGroup): void {
  if (Status === 'available') return;
  throw new OperatorError(`cache ${ReplicationGroupId}: must be available, got: ${Status}. Wait for it`);
}

export interface FailedOver {
  readonly itemsBefore: number | null;
  readonly itemsAfter: number | null;
}

export async function failOverCache(
  aws: Aws,
  { id, shard, members, items }: CacheFailover,
  {
    withinSeconds,
    onLook,
  }: { readonly withinSeconds: number; readonly onLook?: (status: string, seconds: number) => void },
): Promise<FailedOver> {
  const client = aws.of(ElastiCacheClient);
  await client.send(new TestFailoverCommand({ ReplicationGroupId: id, NodeGroupId: shard }));
  const groupNow = async (): Promise<ReplicationGroup | undefined> =>
    (await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))).ReplicationGroups?.[0];
  let hasBegun = false;
  await poll(aws, {
    what: `cache ${id}: must be available again`,
    ask: groupNow,
    // It is available until it begins.
    isDone: (group) => {
      hasBegun ||= group?.Status !== 'available';
      return hasBegun && group?.Status === 'available' && group.MemberClusters?.length === members.length;
    },
    onLook: (group, seconds) => onLook?.(group?.Status ?? 'unknown', seconds),
    withinSeconds,
    toText: (group) => group?.Status ?? 'nothing',
  });
  return { itemsBefore: items, itemsAfter: await readItems(aws, members) };
}
