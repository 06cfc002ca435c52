// Runs `kill`.
import { getClone, killClone } from '../ops/kill';
import { change } from './change';
import type { ChangeFlags, Surroundings } from './flags';

export const killCommand = (clone: string, flags: ChangeFlags, surroundings: Surroundings): Promise<number> =>
  change('kill', flags, surroundings, async (aws, stage) => {
    const id = await getClone(aws, stage, clone);
    return {
      touches: [`end ${id}; the load balancer lets go of it first, and its group launches another`],
      run: async () => {
        await killClone(aws, id);
        return `${id} ends once its requests are done; its group launches another`;
      },
    };
  });
