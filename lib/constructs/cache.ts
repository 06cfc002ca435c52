// A Valkey cache: one primary, maybe copies that take over, TLS and users from the first day.
import { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';

export interface CacheProps {
  /** What it keeps, for people who read lists of resources. */
  description: string;
  /** ElastiCache node type, e.g. `cache.t4g.micro`. */
  nodeType: string;
  /** Copies besides the primary, 0 to 5. With at least one, failover is automatic and crosses zones. */
  replicas: number;
  /** What happens when memory is full. `noeviction` refuses writes and keeps what people already have. */
  evictionPolicy: 'noeviction' | 'allkeys-lru' | 'allkeys-lfu';
  /** Percent of memory kept free for failover and snapshots. */
  reservedMemoryPercent: number;
  /** TCP port. */
  port: number;
  subnets: ISubnet[];
  securityGroup: ISecurityGroup;
  /** Id of the user group that may log in. */
  userGroupId: string;
  /**
   * Days that daily snapshots are kept, 0 to 35.
   * @default 0 - no snapshots: what can be computed again need not be restored
   * @see ElastiCache.1
   */
  snapshotDays?: number;
  /**
   * What becomes of the cache when it leaves the stack.
   * @default RemovalPolicy.SNAPSHOT - a last snapshot is taken
   */
  removalPolicy?: RemovalPolicy;
}

export class Cache extends Construct {
  readonly id: string;
  /** `host:port` of whichever node is primary. */
  readonly address: string;

  constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    const hasReplicas = props.replicas > 0;
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: props.description,
      properties: {
        'maxmemory-policy': props.evictionPolicy,
        'reserved-memory-percent': String(props.reservedMemoryPercent),
      },
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: props.description,
      subnetIds: props.subnets.map((subnet) => subnet.subnetId),
    });
    const group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupDescription: props.description,
      engine: 'valkey',
      engineVersion: '8.1',
      cacheNodeType: props.nodeType,
      numCacheClusters: 1 + props.replicas,
      automaticFailoverEnabled: hasReplicas,
      multiAzEnabled: hasReplicas,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [props.securityGroup.securityGroupId],
      port: props.port,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      userGroupIds: [props.userGroupId],
      snapshotRetentionLimit: props.snapshotDays ?? 0,
      autoMinorVersionUpgrade: true,
    });
    group.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.SNAPSHOT);
    this.id = group.ref;
    this.address = `${group.attrPrimaryEndPointAddress}:${group.attrPrimaryEndPointPort}`;
  }
}
