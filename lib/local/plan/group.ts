// The autoscaling group and what it launches, as the template declares them.
import type { ResourceReader } from '../resource-reader';

export interface GroupPlan {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly string[];
  readonly healthCheckType: string;
  readonly graceSeconds: number;
  /** Longest time from launch to ready, from the launch lifecycle hook; absent without a hook. */
  readonly launchHook?: { readonly name: string; readonly timeoutSeconds: number };
  /** Tags that every clone gets at launch. */
  readonly tags: Readonly<Record<string, string>>;
  readonly launchTemplate: {
    readonly id: string;
    readonly name: string;
    readonly imageId: string;
    readonly instanceType: string;
  };
}

interface LaunchHook {
  readonly LifecycleHookName: string;
  readonly LifecycleTransition: string;
  /** Seconds. */
  readonly HeartbeatTimeout?: number;
}

interface GroupTag {
  readonly Key: string;
  readonly Value: string;
  readonly PropagateAtLaunch: boolean;
}

export function toGroup(
  group: ResourceReader,
  launchTemplate: ResourceReader,
  subnets: ReadonlyMap<string, ResourceReader>,
): GroupPlan {
  const hook = group
    .list<LaunchHook>('LifecycleHookSpecificationList')
    .find(({ LifecycleTransition }) => LifecycleTransition === 'autoscaling:EC2_INSTANCE_LAUNCHING');
  const zones = group.list<string>('VPCZoneIdentifier').map((id) => subnets.get(id)?.text('AvailabilityZone'));
  const tags = group.list<GroupTag>('Tags').filter((tag) => tag.PropagateAtLaunch);
  return {
    name: group.physicalId,
    min: group.number('MinSize'),
    max: group.number('MaxSize'),
    zones: [...new Set(zones.filter((zone): zone is string => zone !== undefined))],
    healthCheckType: group.findText('HealthCheckType') ?? 'EC2',
    graceSeconds: group.findNumber('HealthCheckGracePeriod') ?? 0,
    launchHook: hook && { name: hook.LifecycleHookName, timeoutSeconds: hook.HeartbeatTimeout ?? 3600 },
    tags: Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])),
    launchTemplate: {
      id: launchTemplate.physicalId,
      name: launchTemplate.findText('LaunchTemplateName') ?? launchTemplate.logicalId,
      imageId: launchTemplate.text('LaunchTemplateData.ImageId'),
      instanceType: launchTemplate.text('LaunchTemplateData.InstanceType'),
    },
  };
}
