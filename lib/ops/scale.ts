// `clonekit scale`: other bounds for the number of clones, as far as there is room for them.
import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import { readHeadroom } from './headroom';
import type { Stage } from './stage';
import { type GroupStatus, getGroup, toGroupStatus } from './status/clones';

export interface Scaling {
  readonly from: GroupStatus;
  readonly to: GroupStatus;
  /** What bounds it, with figures, a line each. */
  readonly headroom: readonly string[];
}

/** @throws OperatorError when there is no room for so many */
export async function planScaling(aws: Aws, stage: Stage, min: number, max: number): Promise<Scaling> {
  const group = await getGroup(aws, stage);
  const rooms = await readHeadroom(aws, stage, group);
  for (const { most, because, remedy } of rooms) {
    if (most === null || max <= most) continue;
    throw new OperatorError(`scale: max must be at most ${most}, got: ${max}; ${because}. To have more, ${remedy}`);
  }
  const from = toGroupStatus(group);
  return {
    from,
    to: { min, desired: Math.min(Math.max(from.desired, min), max), max },
    headroom: rooms.map(({ because, most }) => (most === null ? because : `${because}: room for ${most} clones`)),
  };
}

export async function scale(aws: Aws, { groupName }: Stage, { to }: Scaling): Promise<void> {
  // How many there are now is up to the group: it has changed since somebody looked, and is held to the bounds by AWS.
  const request = { AutoScalingGroupName: groupName, MinSize: to.min, MaxSize: to.max };
  await aws.of(AutoScalingClient).send(new UpdateAutoScalingGroupCommand(request));
}
