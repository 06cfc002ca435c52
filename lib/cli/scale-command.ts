// Runs `scale`.
import { planScaling, scale } from '../ops/scale';
import { change } from './change';
import type { ChangeFlags, Surroundings } from './flags';
import { UsageError } from './usage-error';

export const scaleCommand = (
  min: number,
  max: number,
  flags: ChangeFlags,
  surroundings: Surroundings,
): Promise<number> => {
  if (min > max) throw new UsageError(`scale: min must be at most max, got: ${min} and ${max}. Turn them round`);
  return change('scale', flags, surroundings, async (aws, stage) => {
    const scaling = await planScaling(aws, stage, min, max);
    const { from, to, headroom } = scaling;
    return {
      touches: [
        `${stage.groupName}: from ${from.min} to ${to.min} clones at least, from ${from.max} to ${to.max} at most, from ${from.desired} to ${to.desired} now`,
        ...headroom,
      ],
      run: async () => {
        await scale(aws, stage, scaling);
        return `scaled until the next deploy; to keep it, write clones.min ${min} and clones.max ${max} of ${stage.name} into lib/config/stages.ts`;
      },
    };
  });
};
