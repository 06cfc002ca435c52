// What of a stage is there, asked for by the AWS SDK: as little of each resource as the test compares.
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import type { Moto } from './moto';

export interface Deployed {
  readonly stacks: readonly string[];
  readonly networks: readonly { cidr?: string }[];
  readonly loadBalancers: readonly { scheme?: string; zones?: number }[];
  readonly targetGroups: readonly { port?: number; path?: string; interval?: number }[];
  readonly groups: readonly { name?: string; min?: number; max?: number }[];
  readonly launchTemplates: readonly { image?: string; type?: string }[];
  readonly databases: readonly { class?: string; storage?: number; isReplica: boolean }[];
}

export async function readDeployed(moto: Moto, region: string): Promise<Deployed> {
  const options = { region, endpoint: moto.url, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const ec2 = new EC2Client(options);
  const balancing = new ElasticLoadBalancingV2Client(options);
  const scaling = new AutoScalingClient(options);
  const rds = new RDSClient(options);
  const formation = new CloudFormationClient(options);
  try {
    const { StackSummaries = [] } = await formation.send(new ListStacksCommand({}));
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const { LoadBalancers = [] } = await balancing.send(new DescribeLoadBalancersCommand({}));
    const { TargetGroups = [] } = await balancing.send(new DescribeTargetGroupsCommand({}));
    const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
    const launchTemplates = LaunchTemplates.map(async ({ LaunchTemplateId }) => {
      const newest = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Latest'] });
      const { LaunchTemplateVersions = [] } = await ec2.send(newest);
      const data = LaunchTemplateVersions[0]?.LaunchTemplateData;
      return { image: data?.ImageId, type: data?.InstanceType };
    });
    return {
      stacks: StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
        .map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`)
        .sort(),
      networks: Vpcs.filter(({ IsDefault }) => !IsDefault).map(({ CidrBlock }) => ({ cidr: CidrBlock })),
      loadBalancers: LoadBalancers.map((one) => ({ scheme: one.Scheme, zones: one.AvailabilityZones?.length })),
      targetGroups: TargetGroups.map((one) => ({
        port: one.Port,
        path: one.HealthCheckPath,
        interval: one.HealthCheckIntervalSeconds,
      })),
      groups: AutoScalingGroups.map((one) => ({ name: one.AutoScalingGroupName, min: one.MinSize, max: one.MaxSize })),
      launchTemplates: await Promise.all(launchTemplates),
      databases: DBInstances.map((one) => ({
        class: one.DBInstanceClass,
        storage: one.AllocatedStorage,
        isReplica: Boolean(one.ReadReplicaSourceDBInstanceIdentifier),
      })).sort((a, b) => Number(a.isReplica) - Number(b.isReplica)),
    };
  } finally {
    for (const client of [ec2, balancing, scaling, rds, formation]) client.destroy();
  }
}
