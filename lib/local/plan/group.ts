// The autoscaling group and what it launches, as the template declares them.
import { OperatorError } from '../../config/operator-error';
import type { ResourceReader } from '../resource-reader';

export interface GroupPlan {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly string[];
  readonly healthCheckType: string;
  /** Subnets of its clones, with the addresses in each. */
  readonly subnets: readonly { readonly id: string; readonly zone: string; readonly cidr: string | undefined }[];
  readonly graceSeconds: number;
  /** Seconds that a new clone is in service before it counts. */
  readonly warmUpSeconds: number;
  /** Percent of the wanted clones that stay, and that there may be, while some are replaced; absent without such a policy. */
  readonly minHealthyPercent?: number;
  readonly maxHealthyPercent?: number;
  /** What a new clone is waited for by before it gets requests; absent without such a hook. */
  readonly launchHook?: HookPlan;
  /** What a clone that must go is waited for by before it is ended; absent without such a hook. */
  readonly stopHook?: HookPlan;
  /** Tags that every clone gets at launch. */
  readonly tags: Readonly<Record<string, string>>;
  /** How types of instances are mixed, in the words of the template; absent where one type alone is launched. */
  readonly mix?: { readonly overrides: readonly object[]; readonly distribution: object };
  readonly launchTemplate: {
    readonly id: string;
    readonly name: string;
    readonly imageId: string;
    readonly instanceType: string;
  };
}

/** A lifecycle hook of the group. */
export interface HookPlan {
  readonly name: string;
  readonly timeoutSeconds: number;
  /** What counts as told once the time is over. */
  readonly defaultResult: 'CONTINUE' | 'ABANDON';
}

interface Hook {
  readonly LifecycleHookName: string;
  readonly LifecycleTransition: string;
  /** Seconds. */
  readonly HeartbeatTimeout?: number;
  readonly DefaultResult?: 'CONTINUE' | 'ABANDON';
}

interface GroupTag {
  readonly Key: string;
  readonly Value: string;
  readonly PropagateAtLaunch: boolean;
}

/** Where a group that mixes types of instances says what it launches. */
const mixed = 'MixedInstancesPolicy.LaunchTemplate';

/** The launch template that the group names, itself or in its mixed instances policy. */
export function getLaunchTemplate(
  group: ResourceReader,
  templates: ReadonlyMap<string, ResourceReader>,
): ResourceReader {
  const id =
    group.findText('LaunchTemplate.LaunchTemplateId') ??
    group.findText(`${mixed}.LaunchTemplateSpecification.LaunchTemplateId`);
  const template = templates.get(id ?? '');
  if (template) return template;
  throw new OperatorError(`${group.key}: must name a launch template of the templates, got: ${id ?? 'none'}`);
}

export function toGroup(
  group: ResourceReader,
  launchTemplate: ResourceReader,
  subnets: ReadonlyMap<string, ResourceReader>,
  region: string,
): GroupPlan {
  // Of a subnet that was there before nothing is known; the first zone of a region stands for its own.
  const own = group.list<string>('VPCZoneIdentifier').map((id) => ({
    id,
    zone: subnets.get(id)?.text('AvailabilityZone') ?? `${region}a`,
    cidr: subnets.get(id)?.findText('CidrBlock'),
  }));
  const tags = group.list<GroupTag>('Tags').filter((tag) => tag.PropagateAtLaunch);
  return {
    name: group.physicalId,
    min: group.number('MinSize'),
    max: group.number('MaxSize'),
    zones: [...new Set(own.map(({ zone }) => zone))],
    subnets: own,
    healthCheckType: group.findText('HealthCheckType') ?? 'EC2',
    graceSeconds: group.findNumber('HealthCheckGracePeriod') ?? 0,
    warmUpSeconds: group.findNumber('DefaultInstanceWarmup') ?? 0,
    minHealthyPercent: group.findNumber('InstanceMaintenancePolicy.MinHealthyPercentage'),
    maxHealthyPercent: group.findNumber('InstanceMaintenancePolicy.MaxHealthyPercentage'),
    launchHook: findHook(group, 'autoscaling:EC2_INSTANCE_LAUNCHING'),
    stopHook: findHook(group, 'autoscaling:EC2_INSTANCE_TERMINATING'),
    tags: Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])),
    mix: findMix(group),
    launchTemplate: {
      id: launchTemplate.physicalId,
      name: launchTemplate.findText('LaunchTemplateName') ?? launchTemplate.logicalId,
      imageId: launchTemplate.text('LaunchTemplateData.ImageId'),
      // Of several types that may be launched, the first is the one that is wanted most.
      instanceType:
        group.list<{ InstanceType?: string }>(`${mixed}.Overrides`)[0]?.InstanceType ??
        launchTemplate.text('LaunchTemplateData.InstanceType'),
    },
  };
}

const findMix = (group: ResourceReader): GroupPlan['mix'] =>
  group.find('MixedInstancesPolicy') === undefined
    ? undefined
    : {
        overrides: group.list<object>(`${mixed}.Overrides`),
        distribution: (group.find('MixedInstancesPolicy.InstancesDistribution') ?? {}) as object,
      };

/** What is left out is what AWS takes then. */
function findHook(group: ResourceReader, transition: string): HookPlan | undefined {
  const hook = group
    .list<Hook>('LifecycleHookSpecificationList')
    .find(({ LifecycleTransition }) => LifecycleTransition === transition);
  return (
    hook && {
      name: hook.LifecycleHookName,
      timeoutSeconds: hook.HeartbeatTimeout ?? 3600,
      defaultResult: hook.DefaultResult ?? 'ABANDON',
    }
  );
}
