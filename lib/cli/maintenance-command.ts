// Runs `maintenance`.
import { planMaintenance, setMaintenance } from '../ops/maintenance';
import { change } from './change';
import type { ChangeFlags, Surroundings } from './flags';

export const maintenanceCommand = (
  state: 'on' | 'off',
  flags: ChangeFlags,
  surroundings: Surroundings,
): Promise<number> =>
  change(`maintenance ${state}`, flags, surroundings, async (aws, stage) => {
    const isOn = state === 'on';
    const plan = await planMaintenance(aws, stage, isOn);
    const count = plan.add.length + plan.remove.length;
    if (count === 0) {
      return {
        touches: [`nothing: maintenance is ${state} already`],
        run: () => Promise.resolve(`maintenance is ${state}`),
      };
    }
    return {
      touches: [
        isOn
          ? `${stage.url}: everybody gets a page that says 503 and asks again after a minute; clones go on`
          : `${stage.url}: people reach the clones again`,
      ],
      run: async () => {
        await setMaintenance(aws, plan);
        return isOn ? 'maintenance is on; end it with: npx clonekit maintenance off' : 'maintenance is off';
      },
    };
  });
