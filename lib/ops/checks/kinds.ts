// What is compared of each kind of resource: where the template says it, and where AWS does.
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import type { Aws } from '../aws';

/** Values by the path of the template's property. */
export type Found = Readonly<Record<string, unknown>>;

export interface Kind {
  /** What people call it. */
  readonly what: string;
  readonly read: (aws: Aws, physicalId: string) => Promise<Found | undefined>;
  /** What a fork of the stack changes instead. */
  readonly knob: string;
}

const group: Kind = {
  what: 'group',
  knob: 'clones in lib/config/stages.ts',
  read: async (aws, name) => {
    const question = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    const found = (await aws.of(AutoScalingClient).send(question)).AutoScalingGroups?.[0];
    return (
      found && {
        MinSize: found.MinSize,
        MaxSize: found.MaxSize,
        HealthCheckType: found.HealthCheckType,
        HealthCheckGracePeriod: found.HealthCheckGracePeriod,
      }
    );
  },
};

const targetGroup: Kind = {
  what: 'target group',
  knob: 'the health check in lib/constructs/public-load-balancer.ts',
  read: async (aws, arn) => {
    const client = aws.of(ElasticLoadBalancingV2Client);
    const [{ TargetGroups }, { Attributes = [] }] = await Promise.all([
      client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] })),
      client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn })),
    ]);
    const [found] = TargetGroups ?? [];
    return (
      found && {
        Port: found.Port,
        Protocol: found.Protocol,
        HealthCheckPath: found.HealthCheckPath,
        HealthCheckIntervalSeconds: found.HealthCheckIntervalSeconds,
        HealthCheckTimeoutSeconds: found.HealthCheckTimeoutSeconds,
        HealthyThresholdCount: found.HealthyThresholdCount,
        UnhealthyThresholdCount: found.UnhealthyThresholdCount,
        'Matcher.HttpCode': found.Matcher?.HttpCode,
        ...Object.fromEntries(Attributes.map(({ Key, Value }) => [`TargetGroupAttributes[${Key}]`, Value])),
      }
    );
  },
};

const loadBalancer: Kind = {
  what: 'load balancer',
  knob: 'lib/constructs/public-load-balancer.ts',
  read: async (aws, arn) => {
    const question = new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] });
    const found = (await aws.of(ElasticLoadBalancingV2Client).send(question)).LoadBalancers?.[0];
    return found && { Scheme: found.Scheme, Type: found.Type };
  },
};

const database: Kind = {
  what: 'database',
  knob: 'database in lib/config/stages.ts',
  read: async (aws, DBInstanceIdentifier) => {
    const question = new DescribeDBInstancesCommand({ DBInstanceIdentifier });
    const found = (await aws.of(RDSClient).send(question)).DBInstances?.[0];
    return (
      found && {
        DBInstanceClass: found.DBInstanceClass,
        MultiAZ: found.MultiAZ,
        StorageEncrypted: found.StorageEncrypted,
        PubliclyAccessible: found.PubliclyAccessible,
        BackupRetentionPeriod: found.BackupRetentionPeriod,
        DeletionProtection: found.DeletionProtection,
      }
    );
  },
};

const replicationGroup: Kind = {
  what: 'cache',
  knob: 'sessions and objects in lib/config/stages.ts',
  read: async (aws, ReplicationGroupId) => {
    const question = new DescribeReplicationGroupsCommand({ ReplicationGroupId });
    const found = (await aws.of(ElastiCacheClient).send(question)).ReplicationGroups?.[0];
    const isOn = (word: string | undefined): boolean => word === 'enabled';
    return (
      found && {
        CacheNodeType: found.CacheNodeType,
        NumCacheClusters: found.MemberClusters?.length,
        AutomaticFailoverEnabled: isOn(found.AutomaticFailover),
        MultiAZEnabled: isOn(found.MultiAZ),
        TransitEncryptionEnabled: found.TransitEncryptionEnabled,
        AtRestEncryptionEnabled: found.AtRestEncryptionEnabled,
      }
    );
  },
};

const cacheCluster: Kind = {
  what: 'cache',
  knob: 'objects in lib/config/stages.ts',
  read: async (aws, CacheClusterId) => {
    const question = new DescribeCacheClustersCommand({ CacheClusterId });
    const found = (await aws.of(ElastiCacheClient).send(question)).CacheClusters?.[0];
    return found && { CacheNodeType: found.CacheNodeType, NumCacheNodes: found.NumCacheNodes, Engine: found.Engine };
  },
};

/** By type of the resource. */
export const kinds: Readonly<Record<string, Kind>> = {
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroup,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::RDS::DBInstance': database,
  'AWS::ElastiCache::ReplicationGroup': replicationGroup,
  'AWS::ElastiCache::CacheCluster': cacheCluster,
};
