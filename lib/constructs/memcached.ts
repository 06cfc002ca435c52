// A Memcached cache for objects: one node that forgets what was not asked for, TLS from the first day, and no secrets in it.
import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { CfnCacheCluster, CfnParameterGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { tags } from '../config/names';
import { ports } from '../config/ports';

export interface MemcachedProps {
  readonly subnets: readonly ISubnet[];
  /** Who reaches it is who may read all of it: there are no users. */
  readonly securityGroup: ISecurityGroup;
  /**
   * ElastiCache node type. Another one is another node, and an empty one: ElastiCache cannot change it in place. Until
   * clones are told where it is, they go without. A larger one has more processors, and uses all of them.
   * @default 'cache.t4g.micro' - the smallest: half a GiB
   */
  readonly nodeType?: string;
  /**
   * MiB of the node's memory kept for connections and what else is no object.
   * @default 100 - as ElastiCache has it
   */
  readonly connectionsOverheadMiB?: number;
  /**
   * TCP port.
   * @default 6380 - that of the other caches: a firewall needs to know one
   */
  readonly port?: number;
  /**
   * Weekly time in which minor versions are installed, in UTC, at least 60 minutes. Each empties the node.
   * @default 'sun:03:00-sun:04:00' - the fewest people in a week
   */
  readonly maintenanceWindow?: string;
  /**
   * Who is told of maintenance. ElastiCache publishes to no topic that is encrypted.
   * @default - nobody
   */
  readonly topic?: ITopic;
}

/** TLS there is from 1.6.12 on. */
const engine = { version: '1.6.22', family: 'memcached1.6' } as const;

/**
 * For objects that can be read or computed again, and for nothing else. Memcached has no users and no passwords, and
 * ElastiCache does not encrypt what it holds: objects must hold no secrets. It has no copies and no snapshots either: a
 * node that is lost, or gets a new version, comes back empty.
 *
 * One node, not several: which of several has a key, clients would have to ask by ElastiCache's auto discovery, which is
 * in no client of the ordinary protocol. `address` is the configuration endpoint: of one node it is that node. The
 * certificate names the node, `*.<cluster>.<hash>.<region>.cache.amazonaws.com`, and the endpoint may be
 * `<cluster>.<hash>.cfg.<region>.…`: a client must verify by the first of the two.
 *
 * A node of the smallest type costs about 13 USD a month in eu-central-1.
 * @see ElastiCache.5
 */
export class Memcached extends Construct {
  /** As in figures of CloudWatch. */
  readonly id: string;
  /** `host:port` of the node. */
  readonly address: string;

  constructor(scope: Construct, id: string, props: MemcachedProps) {
    super(scope, id);
    const nodeType = props.nodeType ?? 'cache.t4g.micro';
    const description = 'Keeps objects';
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: engine.family,
      description,
      properties: {
        memcached_connections_overhead: String(props.connectionsOverheadMiB ?? 100),
        // Nobody who reaches it empties it by a word.
        disable_flush_all: '1',
        // A full cache forgets what was not asked for; it does not refuse what is new.
        error_on_memory_exhausted: '0',
      },
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description,
      subnetIds: props.subnets.map((subnet) => subnet.subnetId),
    });
    // Named by its type: CloudFormation must make another node where ElastiCache cannot change one.
    const cluster = new CfnCacheCluster(this, `Node-${nodeType}`, {
      engine: 'memcached',
      engineVersion: engine.version,
      cacheNodeType: nodeType,
      numCacheNodes: 1,
      azMode: 'single-az',
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      vpcSecurityGroupIds: [props.securityGroup.securityGroupId],
      port: props.port ?? ports.cache,
      transitEncryptionEnabled: true,
      preferredMaintenanceWindow: props.maintenanceWindow ?? 'sun:03:00-sun:04:00',
      autoMinorVersionUpgrade: true,
      notificationTopicArn: props.topic?.topicArn,
    });
    // There is nothing to keep, and no snapshot to take.
    for (const each of [cluster, parameters, subnets]) each.applyRemovalPolicy(RemovalPolicy.DESTROY);
    Tags.of(cluster).add(tags.purpose, 'objects');
    this.id = cluster.ref;
    this.address = `${cluster.attrConfigurationEndpointAddress}:${cluster.attrConfigurationEndpointPort}`;
  }
}
