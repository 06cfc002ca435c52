// A clone is gone from one moment to the next, as a machine that breaks.
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import { isUnknown } from '../part';
import type { Stage } from '../stage';
import { type CloneStatus, readClones } from '../status/clones';
import type { Drill } from './drill';
import { untilFull } from './until-full';

/** Clones at work; there must be others beside those that are hurt. */
export async function getHealthy(aws: Aws, stage: Stage): Promise<readonly CloneStatus[]> {
  const { clones } = await readClones(aws, stage);
  if (isUnknown(clones)) throw new OperatorError(`drill: must see the clones, got: ${clones.unknown}`);
  const healthy = clones.filter(({ health }) => health === 'healthy');
  if (healthy.length >= 2) return healthy;
  throw new OperatorError(
    `drill: must find 2 healthy clones at least, got: ${healthy.length}. See: npx clonekit status`,
  );
}

/** Without the group: the load balancer finds out by itself. */
export async function terminate(aws: Aws, InstanceIds: string[]): Promise<void> {
  await aws.of(EC2Client).send(new TerminateInstancesCommand({ InstanceIds }));
}

export const cloneKill: Drill = {
  name: 'clone-kill',
  promise: 'nobody is signed out, and what fails is what was under way on that clone',
  allowed: { sessionsLost: 0, failedPercent: 5, staleReads: 0 },
  plan: async (aws, stage) => {
    const [victim] = await getHealthy(aws, stage);
    const id = victim?.id ?? '';
    return {
      touches: [`${id} is ended without a word; its group replaces it`],
      inject: () => terminate(aws, [id]),
      heal: (tell) => untilFull(aws, stage, [id], tell),
      undo: async () => {},
    };
  },
};
