// Figures of the group: its sizes, and how many of its clones are where in their lives.
import type { Fleet } from '../../fleet';
import { isPending, isTerminating } from '../../instance';
import type { Measure, Measures } from './measure';

const of =
  (read: (fleet: Fleet) => number): Measure =>
  async ({ AutoScalingGroupName }, fleet) =>
    AutoScalingGroupName === fleet.plan.group.name ? read(fleet) : undefined;

const instances = ({ group }: Fleet) => [...group.instances.values()];

export const groupMeasures: Measures = {
  'AWS/AutoScaling/GroupMinSize': of(({ plan }) => plan.group.min),
  'AWS/AutoScaling/GroupMaxSize': of(({ plan }) => plan.group.max),
  'AWS/AutoScaling/GroupDesiredCapacity': of(({ group }) => group.desired),
  'AWS/AutoScaling/GroupInServiceInstances': of(
    (fleet) => instances(fleet).filter(({ state }) => state === 'InService').length,
  ),
  'AWS/AutoScaling/GroupPendingInstances': of((fleet) => instances(fleet).filter(isPending).length),
  'AWS/AutoScaling/GroupTerminatingInstances': of((fleet) => instances(fleet).filter(isTerminating).length),
  'AWS/AutoScaling/GroupTotalInstances': of((fleet) => instances(fleet).length),
};
