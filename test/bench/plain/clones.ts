// The clones of `dev`, written plainly: launch template and group.
import { Aws, Duration, Stack, Tags } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  CapacityDistributionStrategy,
  type CfnAutoScalingGroup,
  DeletionProtection,
  GroupMetrics,
  HealthChecks,
  InstanceRefreshStrategy,
  OnDemandAllocationStrategy,
  SpotAllocationStrategy,
  TerminationPolicy,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  OperatingSystemType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { type CloneRoleProps, makeCloneRole } from './clone-role';
import type { DataStack } from './data';

export interface ClonesProps extends CloneRoleProps {
  readonly targetGroup: ApplicationTargetGroup;
  readonly digest: string;
  readonly imageId: string;
  readonly recipeVersion: string;
}

const warmUp = Duration.seconds(12);

export class Clones extends Construct {
  readonly group: AutoScalingGroup;
  private readonly resource: CfnAutoScalingGroup;

  constructor(scope: Construct, id: string, props: ClonesProps) {
    super(scope, id);
    const { name, network, targetGroup } = props;
    this.group = new AutoScalingGroup(this, 'Group', {
      autoScalingGroupName: name,
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnetsOf('Clones') },
      mixedInstancesPolicy: {
        launchTemplate: this.makeLaunchTemplate(props),
        launchTemplateOverrides: [{ instanceType: new InstanceType('t4g.small') }],
        instancesDistribution: {
          onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: 100,
          spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
        },
      },
      minCapacity: 2,
      maxCapacity: 4,
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.seconds(42),
      }),
      defaultInstanceWarmup: warmUp,
      maxInstanceLifetime: Duration.days(30),
      minHealthyPercentage: 100,
      maxHealthyPercentage: 150,
      capacityRebalance: false,
      azCapacityDistributionStrategy: CapacityDistributionStrategy.BALANCED_BEST_EFFORT,
      terminationPolicies: [TerminationPolicy.DEFAULT],
      deletionProtection: DeletionProtection.NONE,
      groupMetrics: [GroupMetrics.all()],
      updatePolicy: UpdatePolicy.instanceRefresh({
        strategy: InstanceRefreshStrategy.ROLLING,
        minHealthyPercentage: 100,
        maxHealthyPercentage: 150,
        instanceWarmup: warmUp,
        skipMatching: true,
        bakeTime: Duration.seconds(0),
      }),
    });
    this.group.attachToApplicationTargetGroup(targetGroup);
    this.group.node.addDependency(targetGroup.loadBalancerAttached);
    this.group.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
    this.group.scaleOnRequestCount('Requests', { targetRequestsPerMinute: 1500 });
    Tags.of(this.group).add('clonekit:stage', 'dev', { applyToLaunchedInstances: true });
    Tags.of(this.group).add('clonekit:release', props.digest, { applyToLaunchedInstances: true });
    Tags.of(this.group).add('clonekit:recipe', props.recipeVersion, { applyToLaunchedInstances: true });
    this.resource = this.group.node.defaultChild as CfnAutoScalingGroup;
    this.resource.lifecycleHookSpecificationList = [
      {
        lifecycleHookName: 'ready',
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        defaultResult: 'ABANDON',
        heartbeatTimeout: 60,
      },
      {
        lifecycleHookName: 'stop',
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        defaultResult: 'CONTINUE',
        heartbeatTimeout: 42,
      },
    ];
  }

  rollBackOn(alarms: string[]): void {
    const policy = this.resource.cfnOptions.updatePolicy;
    const refresh = policy?.autoScalingInstanceRefresh;
    if (!refresh) throw new Error('The group has no policy to roll by.');
    this.resource.cfnOptions.updatePolicy = {
      ...policy,
      autoScalingInstanceRefresh: {
        ...refresh,
        preferences: { ...refresh.preferences, alarmSpecification: { alarms } },
      },
    };
  }

  private makeLaunchTemplate(props: ClonesProps): LaunchTemplate {
    return new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: {
        getImage: () => ({
          imageId: props.imageId,
          osType: OperatingSystemType.LINUX,
          userData: UserData.forLinux(),
        }),
      },
      instanceType: new InstanceType('t4g.small'),
      securityGroup: props.network.groups.clones,
      role: makeCloneRole(this, props),
      userData: UserData.custom(`#cloud-config\n${Stack.of(this).toJsonString(toCloudConfig(props.data))}`),
      associatePublicIpAddress: false,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: true,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(8, {
            encrypted: true,
            volumeType: EbsDeviceVolumeType.GP3,
            deleteOnTermination: true,
          }),
        },
      ],
    });
  }
}

const toCloudConfig = ({ caches, database, pictures }: DataStack): object => {
  const { sessions, objects, secret } = caches;
  const environment = {
    AWS_REGION: Aws.REGION,
    CLONEKIT_STAGE: 'dev',
    CLONEKIT_SESSIONS: `${sessions.attrPrimaryEndPointAddress}:${sessions.attrPrimaryEndPointPort}`,
    CLONEKIT_SESSIONS_MODE: 'single',
    CLONEKIT_OBJECTS: `${objects.attrPrimaryEndPointAddress}:${objects.attrPrimaryEndPointPort}`,
    CLONEKIT_OBJECTS_ENGINE: 'redis',
    CLONEKIT_CACHE_SECRET: secret.secretArn,
    CLONEKIT_PRIMARY: database.primary.instanceEndpoint.socketAddress,
    CLONEKIT_REPLICAS: database.replica.instanceEndpoint.socketAddress,
    CLONEKIT_DATABASE_SECRET: database.appSecret.secretArn,
    CLONEKIT_PICTURES: pictures.bucketName,
    CLONEKIT_POOL_SIZE: '8',
    CLONEKIT_TLS: 'on',
    CLONEKIT_PORT: '8080',
    CLONEKIT_HTTPS: 'off',
    CLONEKIT_KEEP_ALIVE_SECONDS: '72',
    CLONEKIT_DRAIN_SECONDS: '12',
    CLONEKIT_STOP_SECONDS: '27',
  };
  const content = Object.entries(environment)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
  return { write_files: [{ path: '/run/clonekit/clone.env', permissions: '0644', content }] };
};
