// Auto Scaling: the group and its clones; terminating one really ends its process and launches another.

import { randomUUID } from 'node:crypto';
import * as schemas from '@aws-sdk/client-auto-scaling';
import type { Fleet } from '../fleet';
import type { Instance } from '../instance';
import type { ActionKey, HookResult } from '../lifecycle-actions';
import { account, toHex } from '../physical';
import { AwsError, refuseFilters, type Service } from './service';

const toTemplate = ({ plan }: Fleet): schemas.LaunchTemplateSpecification => ({
  LaunchTemplateId: plan.group.launchTemplate.id,
  LaunchTemplateName: plan.group.launchTemplate.name,
  Version: '1',
});

const toInstance = (instance: Instance, fleet: Fleet) => ({
  InstanceId: instance.id,
  AvailabilityZone: instance.zone,
  LifecycleState: instance.state,
  HealthStatus: instance.healthy ? 'Healthy' : 'Unhealthy',
  InstanceType: fleet.plan.group.launchTemplate.instanceType,
  ImageId: fleet.plan.group.launchTemplate.imageId,
  LaunchTemplate: toTemplate(fleet),
  ProtectedFromScaleIn: false,
});

const toGroup = (fleet: Fleet): schemas.AutoScalingGroup => {
  const { plan, group } = fleet;
  const arn = `arn:aws:autoscaling:${plan.region}:${account}:autoScalingGroup:${toHex(plan.group.name, 32)}`;
  return {
    AutoScalingGroupName: plan.group.name,
    AutoScalingGroupARN: `${arn}:autoScalingGroupName/${plan.group.name}`,
    LaunchTemplate: toTemplate(fleet),
    MinSize: plan.group.min,
    MaxSize: plan.group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: 300,
    AvailabilityZones: [...plan.group.zones],
    TargetGroupARNs: [plan.targetGroup.arn],
    HealthCheckType: plan.group.healthCheckType,
    HealthCheckGracePeriod: plan.group.graceSeconds,
    CreatedTime: group.createdAt,
    Instances: [...group.instances.values()].map((instance) => toInstance(instance, fleet)),
    Tags: Object.entries(plan.group.tags).map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId: plan.group.name,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: true,
    })),
    NewInstancesProtectedFromScaleIn: false,
  };
};

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

function getInstance(id: string | undefined, { group }: Fleet): Instance {
  const found = group.instances.get(id ?? '');
  if (found) return found;
  throw invalid(`Instance Id not found - No managed instance found for instance ID ${id}`);
}

/** The lifecycle action that is meant, by the group's name and, in it, by instance or token. */
function toActionKey(input: schemas.RecordLifecycleActionHeartbeatType, { plan }: Fleet): ActionKey {
  const { AutoScalingGroupName: group, LifecycleHookName: hook = '', InstanceId: instanceId } = input;
  if (group !== plan.group.name) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup ${group} not found`);
  return { hook, instanceId, token: input.LifecycleActionToken };
}

const noAction = ({ instanceId, token }: ActionKey): AwsError =>
  invalid(`No active Lifecycle Action found with ${token ? `token ${token}` : `instance ID ${instanceId}`}`);

/** One of a few words, as AWS has them. */
function verifyWord(name: string, got: string | undefined, words: readonly string[]): void {
  if (got === undefined || !words.includes(got))
    throw invalid(`${name} must be one of: ${words.join(', ')}; got: ${got}`);
}

export const autoScaling: Service = {
  signingName: 'autoscaling',
  protocol: 'query',
  namespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  schemas,
  actions: {
    // A name that no group has is not an error here, neither is it on AWS.
    DescribeAutoScalingGroups: (
      { AutoScalingGroupNames: names = [], Filters }: schemas.AutoScalingGroupNamesType,
      fleet,
    ): schemas.AutoScalingGroupsType => {
      refuseFilters(Filters);
      return { AutoScalingGroups: names.length === 0 || names.includes(fleet.plan.group.name) ? [toGroup(fleet)] : [] };
    },
    DescribeAutoScalingInstances: (
      { InstanceIds: ids = [] }: schemas.DescribeAutoScalingInstancesType,
      fleet,
    ): schemas.AutoScalingInstancesType => ({
      AutoScalingInstances: [...fleet.group.instances.values()]
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .map((instance) => ({ ...toInstance(instance, fleet), AutoScalingGroupName: fleet.plan.group.name })),
    }),
    CompleteLifecycleAction: (
      input: schemas.CompleteLifecycleActionType,
      fleet,
    ): schemas.CompleteLifecycleActionAnswer => {
      const key = toActionKey(input, fleet);
      verifyWord('LifecycleActionResult', input.LifecycleActionResult, ['CONTINUE', 'ABANDON']);
      if (!fleet.group.actions.complete(key, input.LifecycleActionResult as HookResult)) throw noAction(key);
      return {};
    },
    RecordLifecycleActionHeartbeat: (
      input: schemas.RecordLifecycleActionHeartbeatType,
      fleet,
    ): schemas.RecordLifecycleActionHeartbeatAnswer => {
      const key = toActionKey(input, fleet);
      if (!fleet.group.actions.heartbeat(key)) throw noAction(key);
      return {};
    },
    SetInstanceHealth: (input: schemas.SetInstanceHealthQuery, fleet): void => {
      verifyWord('HealthStatus', input.HealthStatus, ['Healthy', 'Unhealthy']);
      const { id } = getInstance(input.InstanceId, fleet);
      fleet.group.setHealth(id, input.HealthStatus === 'Healthy', input.ShouldRespectGracePeriod ?? true);
    },
    TerminateInstanceInAutoScalingGroup: (
      input: schemas.TerminateInstanceInAutoScalingGroupType,
      fleet,
    ): schemas.ActivityType => {
      const { plan, group } = fleet;
      const id = getInstance(input.InstanceId, fleet).id;
      if (input.ShouldDecrementDesiredCapacity && group.desired <= plan.group.min) {
        throw new AwsError(
          'ValidationError',
          `Currently, desiredSize equals minSize (${plan.group.min}). Terminating instance without replacement will ` +
            "violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower " +
            "group's min size.",
        );
      }
      group.terminate(id);
      return {
        Activity: {
          ActivityId: randomUUID(),
          AutoScalingGroupName: plan.group.name,
          Description: `Terminating EC2 instance: ${id}`,
          Cause: `instance ${id} was taken out of service in response to a user request.`,
          StartTime: new Date(),
          StatusCode: 'InProgress',
          Progress: 0,
        },
      };
    },
  },
};
