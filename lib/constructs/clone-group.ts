// Many of the same: keeps enough clones in service, replaces sick ones, and rolls when the template changes.
import { type Duration, Tags } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  type CfnAutoScalingGroup,
  GroupMetrics,
  HealthChecks,
  InstanceRefreshStrategy,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import type { ISubnet, IVpc, LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { readyHook } from '../config/names';

export interface CloneGroupProps {
  vpc: IVpc;
  subnets: ISubnet[];
  /** Name of the group: the clones' role names it before it exists. */
  name: string;
  launchTemplate: LaunchTemplate;
  /** Where its clones get their requests from; a listener must already forward to it. */
  targetGroup: ApplicationTargetGroup;
  /** Fewest and most clones. How many there are between them is the group's business, never the template's. */
  min: number;
  max: number;
  /** Requests per minute of one clone, above which the group grows. */
  requestsPerMinute: number;
  /** How long a new clone may take to say that it is ready, before it is abandoned. */
  readyWithin: Duration;
  /** How long after that a failed health check does not yet kill it. */
  grace: Duration;
  /** How long until its figures count, and until a roll goes on. */
  warmUp: Duration;
  /** Percent of the wanted clones that stay in service during a roll. */
  rollMinPercent: number;
  /** Percent of the wanted clones that may exist during a roll, at most 100 more than the least. */
  rollMaxPercent: number;
  /** Tags of the group and of every clone it launches. */
  tags: Record<string, string>;
}

export class CloneGroup extends Construct {
  readonly group: AutoScalingGroup;

  constructor(scope: Construct, id: string, props: CloneGroupProps) {
    super(scope, id);
    this.group = new AutoScalingGroup(this, 'Group', {
      autoScalingGroupName: props.name,
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      launchTemplate: props.launchTemplate,
      minCapacity: props.min,
      maxCapacity: props.max,
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: props.grace,
      }),
      defaultInstanceWarmup: props.warmUp,
      groupMetrics: [GroupMetrics.all()],
      // Stays on for good: CloudFormation reads it from the template it rolls back to.
      updatePolicy: UpdatePolicy.instanceRefresh({
        strategy: InstanceRefreshStrategy.ROLLING,
        minHealthyPercentage: props.rollMinPercent,
        maxHealthyPercentage: props.rollMaxPercent,
        instanceWarmup: props.warmUp,
      }),
    });
    this.group.attachToApplicationTargetGroup(props.targetGroup);
    // Clones that launch before a listener forwards to them would be judged by a health check that nobody runs.
    this.group.node.addDependency(props.targetGroup.loadBalancerAttached);
    this.group.scaleOnRequestCount('Requests', { targetRequestsPerMinute: props.requestsPerMinute });

    // Part of the group and not a resource of its own: that one would come after the first clones.
    const resource = this.group.node.defaultChild as CfnAutoScalingGroup;
    resource.lifecycleHookSpecificationList = [
      {
        lifecycleHookName: readyHook,
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        defaultResult: 'ABANDON',
        heartbeatTimeout: props.readyWithin.toSeconds(),
      },
    ];
    for (const [key, value] of Object.entries(props.tags)) {
      Tags.of(this.group).add(key, value, { applyToLaunchedInstances: true });
    }
  }
}
