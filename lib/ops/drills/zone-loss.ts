// All clones of one zone are gone at once.
import { OperatorError } from '../../config/operator-error';
import { getHealthy, terminate } from './clone-kill';
import type { Drill } from './drill';
import { untilFull } from './until-full';

export const zoneLoss: Drill = {
  name: 'zone-loss',
  promise: 'clones of the other zones carry on, nobody is signed out, and the group is full again',
  allowed: { sessionsLost: 0, failedPercent: 10, staleReads: 0 },
  plan: async (aws, stage) => {
    const clones = await getHealthy(aws, stage);
    const zones = [...new Set(clones.map(({ zone }) => zone))];
    if (zones.length < 2)
      throw new OperatorError(`drill: must find clones in 2 zones at least, got: ${zones.join(', ')}`);
    const lost = zones.sort()[0];
    const ids = clones.filter(({ zone }) => zone === lost).map(({ id }) => id);
    return {
      touches: [`all clones of zone ${lost} are ended without a word: ${ids.join(', ')}; their group replaces them`],
      inject: () => terminate(aws, ids),
      heal: (tell) => untilFull(aws, stage, ids, tell),
      undo: async () => {},
    };
  },
};
