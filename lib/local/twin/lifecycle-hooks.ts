// Lifecycle hooks: what a clone is waited for by, and its word that it is ready or has left.
import type * as schemas from '@aws-sdk/client-auto-scaling';
import type { Fleet } from '../fleet';
import type { ActionKey, HookResult } from '../lifecycle-actions';
import type { HookPlan } from '../plan/group';
import { getGroup, invalid, verifyWord } from './groups';
import type { AwsError, Handler } from './service';

const toHook = (hook: HookPlan | undefined, transition: string, { plan }: Fleet): schemas.LifecycleHook[] =>
  hook
    ? [
        {
          LifecycleHookName: hook.name,
          AutoScalingGroupName: plan.group.name,
          LifecycleTransition: `autoscaling:EC2_INSTANCE_${transition}`,
          HeartbeatTimeout: hook.timeoutSeconds,
          GlobalTimeout: hook.timeoutSeconds * 100,
          DefaultResult: hook.defaultResult,
        },
      ]
    : [];

/** The lifecycle action that is meant, by the group's name and, in it, by instance or token. */
function toActionKey(input: schemas.RecordLifecycleActionHeartbeatType, fleet: Fleet): ActionKey {
  const { AutoScalingGroupName: group, LifecycleHookName: hook = '', InstanceId: instanceId } = input;
  getGroup(group, fleet);
  return { hook, instanceId, token: input.LifecycleActionToken };
}

const noAction = ({ instanceId, token }: ActionKey): AwsError =>
  invalid(`No active Lifecycle Action found with ${token ? `token ${token}` : `instance ID ${instanceId}`}`);

export const hookActions: Readonly<Record<string, Handler>> = {
  DescribeLifecycleHooks: (input: schemas.DescribeLifecycleHooksType, fleet): schemas.DescribeLifecycleHooksAnswer => {
    const { launchHook, stopHook } = getGroup(input.AutoScalingGroupName, fleet).options.plan;
    const names = input.LifecycleHookNames ?? [];
    const all = [...toHook(launchHook, 'LAUNCHING', fleet), ...toHook(stopHook, 'TERMINATING', fleet)];
    return {
      LifecycleHooks: all.filter(({ LifecycleHookName: name = '' }) => names.length === 0 || names.includes(name)),
    };
  },
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
};
