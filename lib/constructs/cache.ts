// A Valkey cache for one purpose: a primary, maybe copies that take over, TLS and users from the first day.
import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type CachePurpose, tags } from '../config/names';
import { reservedMemoryPercent } from '../config/node-types';
import { ports } from '../config/ports';
import { acknowledgeCache, verifyCache } from './cache-rules';
import type { CacheUsers } from './cache-users';

export interface CacheProps {
  /** `sessions` are missed by people when they are lost; `objects` can be read or computed again. */
  readonly purpose: CachePurpose;
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
  /** Who may log in. */
  readonly users: CacheUsers;
  /**
   * ElastiCache node type. Another one is this one word: data moves to new nodes while the old ones serve, and a failover
   * of seconds ends it. A smaller one must hold what there is: else ElastiCache lets it be, and CloudFormation says it is done.
   * @default 'cache.t4g.micro' - the smallest: half a GiB
   */
  readonly nodeType?: string;
  /**
   * Copies besides the primary, 0 to 5, in other zones. With at least one, a copy takes over when the primary dies.
   * @default - 1 for sessions, 0 for objects
   * @see ElastiCache.3
   */
  readonly replicas?: number;
  /**
   * What is lost with the primary. `sync`: nothing, as a write is in a log in two zones before it is answered, some
   * milliseconds later than else. `async`: the last 10 seconds of writes at most; the cache refuses to write rather than
   * lose more. Absent: whatever the copies had not got yet, without a bound. Needs a copy, and a node type with a log.
   *
   * `sync` and `async` can be exchanged later. With or without is chosen when the cache is made, and with it `mode`: with
   * a log it is a cluster.
   * @default - absent: as fast and cheap as the node type
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/durability.html
   */
  readonly durability?: 'sync' | 'async';
  /**
   * What happens when memory is full. `noeviction` refuses writes and keeps what people already have.
   * @default - `noeviction` for sessions: nobody is signed out by others who sign in; `allkeys-lru` for objects
   */
  readonly evictionPolicy?: 'noeviction' | 'allkeys-lru' | 'allkeys-lfu';
  /**
   * Percent of memory kept free for failover and snapshots.
   * @default 25 - as AWS recommends
   */
  readonly reservedMemoryPercent?: number;
  /**
   * TCP port.
   * @default 6380 - a scan for the usual port finds nothing
   */
  readonly port?: number;
  /**
   * Days that daily snapshots are kept, 0 to 35.
   * @default - 15 for sessions, what auditors ask for and cents a GiB; 0 for objects: what can be computed again need not
   * be restored
   * @see ElastiCache.1
   */
  readonly snapshotDays?: number;
  /**
   * Daily time of the snapshot, in UTC, at least 60 minutes.
   * @default '01:00-02:00' - night in Europe, and before the maintenance
   */
  readonly snapshotWindow?: string;
  /**
   * Weekly time in which minor versions are installed, in UTC, at least 60 minutes and apart from the snapshot.
   * @default 'sun:03:00-sun:04:00' - the fewest people in a week
   */
  readonly maintenanceWindow?: string;
  /**
   * Key for what the cache holds, its snapshots and its logs. Its policy must let CloudWatch Logs use it. Another key is
   * another cache.
   * @default - a key of ElastiCache's own
   * @see ElastiCache.4
   */
  readonly encryptionKey?: IKey;
  /**
   * How long slow commands and the engine's messages are kept.
   * @default RetentionDays.ONE_MONTH - long enough to look into an incident; slow commands name keys
   */
  readonly logRetention?: RetentionDays;
  /**
   * Who is told of failovers and maintenance. ElastiCache publishes to no topic that is encrypted, and only where the
   * topic's policy lets it by `aws:SourceOwner`.
   * @default - nobody
   */
  readonly topic?: ITopic;
  /**
   * What becomes of the cache when it leaves the stack.
   * @default RemovalPolicy.SNAPSHOT - a last snapshot is taken
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** The first version with a durable log. */
const engine = { version: '9.0', family: 'valkey9' } as const;

const defaults = {
  sessions: { replicas: 1, evictionPolicy: 'noeviction', snapshotDays: 15 },
  objects: { replicas: 0, evictionPolicy: 'allkeys-lru', snapshotDays: 0 },
} as const;

/**
 * A node of the smallest type costs about 11 USD a month in eu-central-1, of the smallest with a durable log 110; there is
 * one more than there are replicas. Makes nobody a user and opens no port: `users` and `securityGroup` do.
 * @see ElastiCache.4, ElastiCache.5, ElastiCache.6
 */
export class Cache extends Construct {
  readonly id: string;
  /** Whether clients must speak the cluster's protocol: ask which node has a key, and follow when it moves. */
  readonly mode: 'single' | 'cluster';
  /** `host:port`: of whichever node is primary, or in `cluster` mode of some node, which tells where the others are. */
  readonly address: string;
  /** Ids of the nodes, as in figures of CloudWatch; the first primary is the first. */
  readonly nodeIds: readonly string[];

  constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    const { purpose, durability } = props;
    const nodeType = props.nodeType ?? 'cache.t4g.micro';
    const replicas = props.replicas ?? defaults[purpose].replicas;
    verifyCache(this, { durability, nodeType, replicas });
    const snapshotDays = props.snapshotDays ?? defaults[purpose].snapshotDays;
    const isCluster = durability !== undefined;
    const hasReplicas = replicas > 0;
    const description = `Keeps ${purpose}`;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.SNAPSHOT;
    // What a kept cache needs is kept with it.
    const isKept = removalPolicy !== RemovalPolicy.SNAPSHOT && removalPolicy !== RemovalPolicy.DESTROY;
    const othersPolicy = isKept ? removalPolicy : RemovalPolicy.DESTROY;
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: engine.family,
      description,
      properties: {
        'maxmemory-policy': props.evictionPolicy ?? defaults[purpose].evictionPolicy,
        'reserved-memory-percent': String(props.reservedMemoryPercent ?? reservedMemoryPercent),
        ...(isCluster ? { 'cluster-enabled': 'yes' } : {}),
      },
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description,
      subnetIds: props.subnets.map((subnet) => subnet.subnetId),
    });
    for (const each of [parameters, subnets]) each.applyRemovalPolicy(othersPolicy);
    const toLog = (logType: 'slow-log' | 'engine-log', logId: string) => ({
      logType,
      logFormat: 'json',
      destinationType: 'cloudwatch-logs',
      destinationDetails: {
        cloudWatchLogsDetails: {
          logGroup: new LogGroup(this, logId, {
            retention: props.logRetention ?? RetentionDays.ONE_MONTH,
            encryptionKey: props.encryptionKey,
            removalPolicy: othersPolicy,
          }).logGroupName,
        },
      },
    });
    // A cluster of one shard: durable writes need one, and it can get more shards later.
    const shape = isCluster
      ? { clusterMode: 'enabled', numNodeGroups: 1, replicasPerNodeGroup: replicas, durability }
      : { numCacheClusters: 1 + replicas };
    const group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupDescription: description,
      engine: 'valkey',
      engineVersion: engine.version,
      cacheNodeType: nodeType,
      ...shape,
      automaticFailoverEnabled: hasReplicas,
      multiAzEnabled: hasReplicas,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [props.securityGroup.securityGroupId],
      port: props.port ?? ports.cache,
      atRestEncryptionEnabled: true,
      kmsKeyId: props.encryptionKey?.keyId,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      userGroupIds: [props.users.groupId],
      snapshotRetentionLimit: snapshotDays,
      snapshotWindow: snapshotDays > 0 ? (props.snapshotWindow ?? '01:00-02:00') : undefined,
      preferredMaintenanceWindow: props.maintenanceWindow ?? 'sun:03:00-sun:04:00',
      autoMinorVersionUpgrade: true,
      logDeliveryConfigurations: [toLog('slow-log', 'SlowLog'), toLog('engine-log', 'EngineLog')],
      notificationTopicArn: props.topic?.topicArn,
    });
    // Without it another number of shards would be another cache, and an empty one.
    if (isCluster) group.cfnOptions.updatePolicy = { useOnlineResharding: true };
    group.applyRemovalPolicy(removalPolicy);
    Tags.of(group).add(tags.purpose, purpose);
    acknowledgeCache(group, { purpose, hasReplicas, snapshotDays });
    this.id = group.ref;
    this.mode = isCluster ? 'cluster' : 'single';
    this.address = isCluster
      ? `${group.attrConfigurationEndPointAddress}:${group.attrConfigurationEndPointPort}`
      : `${group.attrPrimaryEndPointAddress}:${group.attrPrimaryEndPointPort}`;
    const prefix = isCluster ? `${group.ref}-0001` : group.ref;
    this.nodeIds = Array.from(
      { length: 1 + replicas },
      (_, index) => `${prefix}-${String(index + 1).padStart(3, '0')}`,
    );
  }
}
