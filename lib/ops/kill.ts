// `clonekit kill`: ends one clone through its group, which takes it out of the load balancer first and replaces it.
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { outputs } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { getStageOutputs } from './stage-outputs';
import { type Target, toClientConfig } from './target';

/** The id of a clone of the stage's group, by the id or the beginning of it where one clone alone has it. */
export async function findClone(target: Target, wanted: string): Promise<string> {
  const { [outputs.fleet.groupName]: name = '' } = await getStageOutputs(target, 'fleet');
  const client = new AutoScalingClient(toClientConfig(target));
  const { AutoScalingGroups } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const ids = (AutoScalingGroups?.[0]?.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
  const matches = ids.filter((id) => id.startsWith(wanted));
  const [InstanceId] = ids.includes(wanted) ? [wanted] : matches;
  if (!InstanceId || (matches.length > 1 && InstanceId !== wanted)) {
    const problem = matches.length > 1 ? 'must name one clone alone' : 'must be a clone of the fleet';
    throw new OperatorError(`clone: ${problem}, got: ${wanted}. The clones are: ${ids.join(', ') || 'none'}`);
  }
  return InstanceId;
}

/** Ends a clone that `findClone` found: an id of any other instance must not reach this call. */
export async function killClone(target: Target, InstanceId: string): Promise<void> {
  const client = new AutoScalingClient(toClientConfig(target));
  const request = { InstanceId, ShouldDecrementDesiredCapacity: false };
  await client.send(new TerminateInstanceInAutoScalingGroupCommand(request));
}
