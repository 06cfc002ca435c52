// Auto Scaling: the group and its clones; terminating one really ends its process and launches another.
import * as schemas from '@aws-sdk/client-auto-scaling';
import type { Activity } from '../activities';
import type { Fleet } from '../fleet';
import type { Sizes } from '../group';
import type { Instance } from '../instance';
import { account, toHex } from '../physical';
import { getGroup, invalid, toLaunch, toTemplate, verifyWord } from './groups';
import { refreshActions } from './instance-refreshes';
import { hookActions } from './lifecycle-hooks';
import { toPage } from './page';
import { AwsError, refuseFilters, type Service } from './service';

const toInstance = (instance: Instance, fleet: Fleet) => ({
  InstanceId: instance.id,
  AvailabilityZone: instance.zone,
  LifecycleState: instance.state,
  HealthStatus: instance.healthy ? 'Healthy' : 'Unhealthy',
  InstanceType: fleet.plan.group.launchTemplate.instanceType,
  ImageId: instance.template.imageId,
  LaunchTemplate: toTemplate(fleet, instance.template),
  ProtectedFromScaleIn: false,
});

const toGroup = (fleet: Fleet): schemas.AutoScalingGroup => {
  const { plan, group } = fleet;
  const arn = `arn:aws:autoscaling:${plan.region}:${account}:autoScalingGroup:${toHex(plan.group.name, 32)}`;
  return {
    AutoScalingGroupName: plan.group.name,
    AutoScalingGroupARN: `${arn}:autoScalingGroupName/${plan.group.name}`,
    ...toLaunch(fleet, group.template),
    MinSize: group.sizes.min,
    MaxSize: group.sizes.max,
    DesiredCapacity: group.desired,
    DefaultInstanceWarmup: plan.group.warmUpSeconds,
    VPCZoneIdentifier: plan.group.subnets.map(({ id }) => id).join(','),
    ...(plan.group.maxHealthyPercent === undefined
      ? {}
      : {
          InstanceMaintenancePolicy: {
            MinHealthyPercentage: plan.group.minHealthyPercent,
            MaxHealthyPercentage: plan.group.maxHealthyPercent,
          },
        }),
    DefaultCooldown: 300,
    AvailabilityZones: [...plan.group.zones],
    TargetGroupARNs: [plan.targetGroup.arn],
    HealthCheckType: plan.group.healthCheckType,
    HealthCheckGracePeriod: plan.group.graceSeconds,
    CreatedTime: group.createdAt,
    Instances: [...group.instances.values()].map((instance) => toInstance(instance, fleet)),
    Tags: toTags(fleet),
    NewInstancesProtectedFromScaleIn: false,
  };
};

/** Every one is propagated at launch. */
const toTags = ({ plan, group }: Fleet): schemas.TagDescription[] =>
  [...group.tags].map(([Key, Value]) => ({
    ...{ Key, Value, ResourceId: plan.group.name, ResourceType: 'auto-scaling-group', PropagateAtLaunch: true },
  }));

const outOfBounds = (desired: number, { min, max }: Sizes): AwsError | undefined => {
  if (desired > max)
    return invalid(`New SetDesiredCapacity value ${desired} is above max value ${max} for the AutoScalingGroup.`);
  return desired < min
    ? invalid(`New SetDesiredCapacity value ${desired} is below min value ${min} for the AutoScalingGroup.`)
    : undefined;
};

const toActivity = (activity: Activity, { plan }: Fleet): schemas.Activity => ({
  ActivityId: activity.id,
  AutoScalingGroupName: plan.group.name,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: activity.startedAt,
  EndTime: activity.endedAt,
  StatusCode: activity.status,
  StatusMessage: activity.message,
  Progress: activity.status === 'InProgress' ? 50 : 100,
});

function getInstance(id: string | undefined, { group }: Fleet): Instance {
  const found = group.instances.get(id ?? '');
  if (found) return found;
  throw invalid(`Instance Id not found - No managed instance found for instance ID ${id}`);
}

export const autoScaling: Service = {
  signingName: 'autoscaling',
  protocol: 'query',
  namespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  schemas,
  wrongTokenCode: 'InvalidNextToken',
  actions: {
    // A name that no group has is not an error here, neither is it on AWS.
    DescribeAutoScalingGroups: (
      { AutoScalingGroupNames: names = [], Filters, NextToken, MaxRecords }: schemas.AutoScalingGroupNamesType,
      fleet,
    ): schemas.AutoScalingGroupsType => {
      refuseFilters(Filters);
      const found = names.length === 0 || names.includes(fleet.plan.group.name) ? [toGroup(fleet)] : [];
      const { items, next } = toPage(found, MaxRecords, NextToken);
      return { AutoScalingGroups: items, NextToken: next };
    },
    DescribeAutoScalingInstances: (
      { InstanceIds: ids = [], MaxRecords, NextToken }: schemas.DescribeAutoScalingInstancesType,
      fleet,
    ): schemas.AutoScalingInstancesType => {
      const found = [...fleet.group.instances.values()].filter(({ id }) => ids.length === 0 || ids.includes(id));
      const { items, next } = toPage(found, MaxRecords, NextToken);
      const of = { AutoScalingGroupName: fleet.plan.group.name };
      return {
        AutoScalingInstances: items.map((instance) => ({ ...toInstance(instance, fleet), ...of })),
        NextToken: next,
      };
    },
    UpdateAutoScalingGroup: (input: schemas.UpdateAutoScalingGroupType, fleet): void => {
      const group = getGroup(input.AutoScalingGroupName, fleet);
      const { AutoScalingGroupName: _, MinSize, MaxSize, DesiredCapacity, ...others } = input;
      const [other] = Object.keys(others);
      if (other) throw invalid(`The local twin changes MinSize, MaxSize and DesiredCapacity of a group, got: ${other}`);
      const { sizes } = group;
      const min = MinSize ?? sizes.min;
      const max = MaxSize ?? sizes.max;
      if (min > max) throw invalid(`Min size ${min} is greater than max size ${max}.`);
      if (max * 2 > group.options.slots) {
        throw new AwsError('LimitExceeded', `This machine has room for ${group.options.slots / 2} clones, got: ${max}`);
      }
      const desired = DesiredCapacity ?? Math.min(Math.max(sizes.desired, min), max);
      const problem = outOfBounds(desired, { ...sizes, min, max });
      if (problem) throw problem;
      group.resize({ min, desired, max });
    },
    SetDesiredCapacity: (input: schemas.SetDesiredCapacityType, fleet): void => {
      const group = getGroup(input.AutoScalingGroupName, fleet);
      const desired = input.DesiredCapacity ?? 0;
      const problem = outOfBounds(desired, group.sizes);
      if (problem) throw problem;
      group.resize({ ...group.sizes, desired });
    },
    DescribeScalingActivities: (input: schemas.DescribeScalingActivitiesType, fleet): schemas.ActivitiesType => {
      const group = input.AutoScalingGroupName ? getGroup(input.AutoScalingGroupName, fleet) : fleet.group;
      const ids = input.ActivityIds ?? [];
      const found = group.activities.all.filter(({ id }) => ids.length === 0 || ids.includes(id));
      const { items, next } = toPage(found, input.MaxRecords, input.NextToken);
      return { Activities: items.map((activity) => toActivity(activity, fleet)), NextToken: next };
    },
    CreateOrUpdateTags: (input: schemas.CreateOrUpdateTagsType, fleet): void => {
      for (const { ResourceId, Key, Value } of input.Tags ?? []) {
        getGroup(ResourceId, fleet).tags.set(Key ?? '', Value ?? '');
      }
    },
    DescribeTags: (input: schemas.DescribeTagsType, fleet): schemas.TagsType => {
      refuseFilters(input.Filters);
      const { items, next } = toPage(toTags(fleet), input.MaxRecords, input.NextToken);
      return { Tags: items, NextToken: next };
    },
    ...refreshActions,
    ...hookActions,
    SetInstanceHealth: (input: schemas.SetInstanceHealthQuery, fleet): void => {
      verifyWord('HealthStatus', input.HealthStatus, ['Healthy', 'Unhealthy']);
      const { id } = getInstance(input.InstanceId, fleet);
      fleet.group.setHealth(id, input.HealthStatus === 'Healthy', input.ShouldRespectGracePeriod ?? true);
    },
    TerminateInstanceInAutoScalingGroup: (
      input: schemas.TerminateInstanceInAutoScalingGroupType,
      fleet,
    ): schemas.ActivityType => {
      const { group } = fleet;
      const id = getInstance(input.InstanceId, fleet).id;
      const { min } = group.sizes;
      if (input.ShouldDecrementDesiredCapacity && group.desired <= min) {
        throw new AwsError(
          'ValidationError',
          `Currently, desiredSize equals minSize (${min}). Terminating instance without replacement will ` +
            "violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower " +
            "group's min size.",
        );
      }
      group.terminate(id, !input.ShouldDecrementDesiredCapacity);
      const activity = group.activities.all.find(
        ({ description }) => description === `Terminating EC2 instance: ${id}`,
      );
      return { Activity: activity && toActivity(activity, fleet) };
    },
  },
};
