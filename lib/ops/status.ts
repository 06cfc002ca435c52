// `clonekit status`: one view of a stage, asked of AWS's own API.
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  type ReplicationGroup,
  ReplicationGroupNotFoundFault,
} from '@aws-sdk/client-elasticache';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { outputs, tags } from '../config/names';
import { getStageOutputs } from './stage-outputs';
import { type Target, toClientConfig } from './target';

export interface CloneStatus {
  readonly id: string;
  /** ELB's word: healthy, unhealthy, initial, draining; `unused` while it is not in the target group. */
  readonly health: string;
  /** Why it is not healthy. */
  readonly reason?: string;
  readonly release: string | null;
  readonly startedAt: string | null;
  readonly zone: string | null;
}

export interface CacheStatus {
  readonly name: string;
  readonly engine: string;
  readonly version: string | null;
  readonly usedMemoryBytes: number | null;
  readonly policy: string | null;
}

export interface DatabaseStatus {
  readonly id: string;
  readonly role: 'primary' | 'replica';
  readonly engine: string;
  readonly version: string;
  readonly status: string;
  /** Seconds behind the primary; null on the primary and where it is not known. */
  readonly lagSeconds: number | null;
}

export interface StageStatus {
  readonly stage: string;
  readonly url: string | null;
  readonly release: string | null;
  readonly group: { readonly min: number; readonly desired: number; readonly max: number };
  readonly clones: readonly CloneStatus[];
  readonly caches: readonly CacheStatus[];
  readonly database: readonly DatabaseStatus[];
}

export async function getStatus(target: Target): Promise<StageStatus> {
  const [fleet, data] = await Promise.all([getStageOutputs(target, 'fleet'), getStageOutputs(target, 'data')]);
  const of = outputs.fleet;
  const [clones, caches, database] = await Promise.all([
    getClones(target, fleet[of.groupName] ?? '', fleet[of.targetGroupArn] ?? ''),
    Promise.all(
      (['sessions', 'objects'] as const).map((name) => getCache(target, name, data[outputs.data[`${name}Id`]] ?? '')),
    ),
    getDatabase(target, data[outputs.data.primaryId] ?? '', (data[outputs.data.replicaIds] ?? '').split(',')),
  ]);
  return {
    stage: target.stage,
    url: fleet[of.url] ?? null,
    release: fleet[of.release] ?? null,
    ...clones,
    caches,
    database,
  };
}

async function getClones(
  target: Target,
  groupName: string,
  TargetGroupArn: string,
): Promise<Pick<StageStatus, 'group' | 'clones'>> {
  const config = toClientConfig(target);
  const [scaling, balancing, compute] = [
    new AutoScalingClient(config),
    new ElasticLoadBalancingV2Client(config),
    new EC2Client(config),
  ];
  const [groups, health] = await Promise.all([
    scaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groupName] })),
    balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
  ]);
  const group = groups.AutoScalingGroups?.[0];
  const members = group?.Instances ?? [];
  const ids = members.flatMap(({ InstanceId }) => InstanceId ?? []);
  // No ids would mean every instance of the account.
  const described = ids.length > 0 ? await compute.send(new DescribeInstancesCommand({ InstanceIds: ids })) : undefined;
  const instances = (described?.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
  return {
    group: { min: group?.MinSize ?? 0, desired: group?.DesiredCapacity ?? 0, max: group?.MaxSize ?? 0 },
    clones: members.map((member) => {
      const instance = instances.find(({ InstanceId }) => InstanceId === member.InstanceId);
      const found = health.TargetHealthDescriptions?.find(({ Target }) => Target?.Id === member.InstanceId);
      return {
        id: member.InstanceId ?? '',
        health: found?.TargetHealth?.State ?? 'unused',
        reason: found?.TargetHealth?.Description,
        release: instance?.Tags?.find(({ Key }) => Key === tags.release)?.Value ?? null,
        startedAt: instance?.LaunchTime?.toISOString() ?? null,
        zone: member.AvailabilityZone ?? null,
      };
    }),
  };
}

/** What each engine calls the memory that is used. */
const usedMemory: Readonly<Record<string, string>> = { memcached: 'BytesUsedForCacheItems' };

async function getCache(target: Target, name: string, id: string): Promise<CacheStatus> {
  const client = new ElastiCacheClient(toClientConfig(target));
  const group = await findReplicationGroup(client, id);
  // What is in no group is a cluster itself.
  const CacheClusterId = group?.MemberClusters?.[0] ?? id;
  const { CacheClusters } = await client.send(new DescribeCacheClustersCommand({ CacheClusterId }));
  const cluster = CacheClusters?.[0];
  const engine = group?.Engine ?? cluster?.Engine ?? 'unknown';
  const metric = usedMemory[engine] ?? 'BytesUsedForCache';
  const usedMemoryBytes = await findLatest(target, 'AWS/ElastiCache', metric, { CacheClusterId });
  return {
    name,
    engine,
    version: cluster?.EngineVersion ?? null,
    usedMemoryBytes,
    policy: await findPolicy(client, cluster?.CacheParameterGroup?.CacheParameterGroupName),
  };
}

async function findReplicationGroup(
  client: ElastiCacheClient,
  ReplicationGroupId: string,
): Promise<ReplicationGroup | undefined> {
  try {
    const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }));
    return ReplicationGroups?.[0];
  } catch (error) {
    if (error instanceof ReplicationGroupNotFoundFault) return undefined;
    throw error;
  }
}

async function findPolicy(
  client: ElastiCacheClient,
  CacheParameterGroupName: string | undefined,
): Promise<string | null> {
  if (!CacheParameterGroupName) return null;
  let Marker: string | undefined;
  do {
    const page = await client.send(new DescribeCacheParametersCommand({ CacheParameterGroupName, Marker }));
    const policy = page.Parameters?.find(({ ParameterName }) => ParameterName === 'maxmemory-policy');
    if (policy) return policy.ParameterValue ?? null;
    Marker = page.Marker;
  } while (Marker);
  return null;
}

async function getDatabase(
  target: Target,
  primaryId: string,
  replicaIds: readonly string[],
): Promise<DatabaseStatus[]> {
  const client = new RDSClient(toClientConfig(target));
  const ids = [primaryId, ...replicaIds].filter(Boolean);
  return await Promise.all(
    ids.map(async (DBInstanceIdentifier): Promise<DatabaseStatus> => {
      const isPrimary = DBInstanceIdentifier === primaryId;
      const [{ DBInstances }, lagSeconds] = await Promise.all([
        client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier })),
        isPrimary ? null : findLatest(target, 'AWS/RDS', 'ReplicaLag', { DBInstanceIdentifier }),
      ]);
      const instance = DBInstances?.[0];
      return {
        id: DBInstanceIdentifier,
        role: isPrimary ? 'primary' : 'replica',
        engine: instance?.Engine ?? 'unknown',
        version: instance?.EngineVersion ?? 'unknown',
        status: instance?.DBInstanceStatus ?? 'unknown',
        lagSeconds,
      };
    }),
  );
}

/** The newest value of a metric in the last ten minutes; null when there is none. */
async function findLatest(
  target: Target,
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
): Promise<number | null> {
  const client = new CloudWatchClient(toClientConfig(target));
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const query: MetricDataQuery = {
    Id: 'latest',
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Average' },
  };
  const EndTime = new Date();
  const StartTime = new Date(EndTime.getTime() - 10 * 60_000);
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({ MetricDataQueries: [query], StartTime, EndTime, ScanBy: 'TimestampDescending' }),
  );
  return MetricDataResults?.[0]?.Values?.[0] ?? null;
}
