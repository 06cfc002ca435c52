// Many of the same: keeps enough clones in service, replaces sick ones, and rolls when the template changes.
import { Duration, Tags } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  CapacityDistributionStrategy,
  type CfnAutoScalingGroup,
  DeletionProtection,
  GroupMetrics,
  HealthChecks,
  ScalingEvents,
  TerminationPolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { readyHook, stopHook } from '../config/names';
import { toRollMaxPercent } from '../config/readiness';
import { acknowledge } from './acknowledge';
import { type CloneMix, toMixedInstances } from './clone-mix';
import { type CloneRoll, rollMinPercent, setRollAlarms, toRollPolicy } from './clone-roll';
import { type CloneScaling, scaleClones } from './clone-scaling';
import { verifyRange } from './prop-rule';

export interface CloneGroupProps extends CloneMix, CloneScaling, CloneRoll {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
  /** Name of the group: the clones' role names it before it exists. */
  readonly name: string;
  /** Where its clones get their requests from; a listener must already forward to it. */
  readonly targetGroup: ApplicationTargetGroup;
  /**
   * Days after which a clone is replaced, whatever happens, 1 to 365.
   * @default 30 - nothing that piles up on a clone gets old
   */
  readonly maxLifetimeDays?: number;
  /**
   * Who is told when a clone is launched or terminated, or cannot be. The topic must let Auto Scaling publish.
   * @default - nobody
   */
  readonly topic?: ITopic;
  /**
   * Whether AWS refuses to delete the group with its clones in one call, which would let none of them finish.
   * @default true - a call made by mistake ends every request that is under way
   */
  readonly deletionProtection?: boolean;
  /**
   * Tags of the group and of every clone it launches.
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The shortest and the longest time AWS gives a lifecycle hook, in seconds. */
const hookSeconds = { from: 30, to: 7200 };

/**
 * Free by itself: what its clones cost, a `t4g.small` in eu-central-1 about 15 USD a month with its disk. Nobody's data is on
 * them, so that any of them may go at any time.
 * @see AutoScaling.1, AutoScaling.2, AutoScaling.6
 */
export class CloneGroup extends Construct {
  readonly group: AutoScalingGroup;
  readonly #resource: CfnAutoScalingGroup;
  readonly #rollAlarms: IAlarm[] = [];

  constructor(scope: Construct, id: string, props: CloneGroupProps) {
    super(scope, id);
    this.#verify(props);
    const { readiness, topic } = props;
    this.group = new AutoScalingGroup(this, 'Group', {
      autoScalingGroupName: props.name,
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      mixedInstancesPolicy: toMixedInstances(this, props),
      minCapacity: props.min,
      maxCapacity: props.max,
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.seconds(readiness.graceSeconds),
      }),
      defaultInstanceWarmup: Duration.seconds(readiness.warmUpSeconds),
      maxInstanceLifetime: Duration.days(props.maxLifetimeDays ?? 30),
      // A clone that is too old, or in a zone with too many, goes once another has taken its place, as in a roll.
      minHealthyPercentage: rollMinPercent,
      maxHealthyPercentage: toRollMaxPercent(props.min),
      // A Spot clone that is likely to be taken away is replaced before it is.
      capacityRebalance: props.spot !== undefined,
      // A zone that has no machine to give must not keep the group small.
      azCapacityDistributionStrategy: CapacityDistributionStrategy.BALANCED_BEST_EFFORT,
      // Keeps the zones equal, then gives up types that are less preferred, then clones of an older template.
      terminationPolicies: [TerminationPolicy.DEFAULT],
      deletionProtection:
        (props.deletionProtection ?? true) ? DeletionProtection.PREVENT_FORCE_DELETION : DeletionProtection.NONE,
      groupMetrics: [GroupMetrics.all()],
      notifications: topic && [{ topic, scalingEvents: ScalingEvents.ALL }],
      updatePolicy: toRollPolicy(this, props),
    });
    this.#resource = this.group.node.defaultChild as CfnAutoScalingGroup;
    acknowledge(
      this.group,
      { EC26: ['solutions'], EC2IMDSv2Enabled: ['nist', 'hipaa'] },
      'the launch template says both, that disks are encrypted and that tokens are required; in a list of instance types the rule does not look for it',
    );
    this.group.attachToApplicationTargetGroup(props.targetGroup);
    // Clones that launch before a listener forwards to them would be judged by a health check that nobody runs.
    this.group.node.addDependency(props.targetGroup.loadBalancerAttached);
    scaleClones(this, this.group, props);

    // Part of the group and not resources of their own: those would come after the first clones.
    this.#resource.lifecycleHookSpecificationList = [
      {
        lifecycleHookName: readyHook,
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        defaultResult: 'ABANDON',
        heartbeatTimeout: readiness.readyWithinSeconds,
      },
      {
        lifecycleHookName: stopHook,
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        // A clone that cannot say that it has stopped is not waited for.
        defaultResult: 'CONTINUE',
        heartbeatTimeout: readiness.stopHookSeconds,
      },
    ];
    for (const [key, value] of Object.entries(props.tags ?? {})) {
      Tags.of(this.group).add(key, value, { applyToLaunchedInstances: true });
    }
  }

  /**
   * Any of these alarms ends a roll, and the stack rolls back to the clones there were; at most 10. Their metrics must not
   * refer to the group, which refers to them: use its name.
   */
  rollBackOn(...alarms: readonly IAlarm[]): void {
    this.#rollAlarms.push(...alarms);
    setRollAlarms(this, this.#resource, this.#rollAlarms);
  }

  #verify({ min, max, readiness, maxLifetimeDays = 30 }: CloneGroupProps): void {
    const most = Number.POSITIVE_INFINITY;
    verifyRange(this, { prop: 'min', got: min, from: 1, to: most, remedy: 'use 2 or more, so that one may be lost' });
    verifyRange(this, { prop: 'max', got: max, from: min, to: most, remedy: 'raise max or lower min' });
    verifyRange(this, {
      prop: 'readiness.readyWithinSeconds',
      got: readiness.readyWithinSeconds,
      ...hookSeconds,
      remedy: 'AWS waits for a clone no shorter and no longer',
    });
    verifyRange(this, { prop: 'maxLifetimeDays', got: maxLifetimeDays, from: 1, to: 365, remedy: 'use 30' });
  }
}
