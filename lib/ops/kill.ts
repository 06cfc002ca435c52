// `clonekit kill`: ends one clone through its group, which takes it out of the load balancer first and replaces it.
import { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import type { Stage } from './stage';
import { getGroup } from './status/clones';

/** The ids of all clones of the stage's group. */
export async function listCloneIds(aws: Aws, stage: Stage): Promise<string[]> {
  return ((await getGroup(aws, stage)).Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
}

/** The ids of those that take requests: others may not have told Run Command yet that they are there, or are about to go. */
export async function listServingIds(aws: Aws, stage: Stage): Promise<string[]> {
  const { Instances = [] } = await getGroup(aws, stage);
  return Instances.flatMap(({ InstanceId, LifecycleState }) =>
    InstanceId && LifecycleState === 'InService' ? InstanceId : [],
  );
}

/** The id of a clone of the stage's group, by the id or the beginning of it where one clone alone has it. */
export async function getClone(aws: Aws, stage: Stage, wanted: string): Promise<string> {
  const ids = await listCloneIds(aws, stage);
  const matches = ids.filter((id) => id.startsWith(wanted));
  const [InstanceId] = ids.includes(wanted) ? [wanted] : matches;
  if (!InstanceId || (matches.length > 1 && InstanceId !== wanted)) {
    const problem = matches.length > 1 ? 'must name one clone alone' : 'must be a clone of the fleet';
    throw new OperatorError(`clone: ${problem}, got: ${wanted}. The clones are: ${ids.join(', ') || 'none'}`);
  }
  return InstanceId;
}

/** Ends a clone that `getClone` found: an id of any other instance must not reach this call. */
export async function killClone(aws: Aws, InstanceId: string): Promise<void> {
  const request = { InstanceId, ShouldDecrementDesiredCapacity: false };
  await aws.of(AutoScalingClient).send(new TerminateInstanceInAutoScalingGroupCommand(request));
}
