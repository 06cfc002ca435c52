// The alarms of dev's templates over a fleet that only has figures: they say what the test lets them, when it lets them.
import { type Alarm, Alarms } from '../../../lib/local/alarms/alarms';
import type { Fleet } from '../../../lib/local/fleet';
import type { Traffic } from '../../../lib/local/servers/traffic';
import { History } from '../../../lib/local/twin/figures/history';
import { planWith } from '../planned';

export interface Measured {
  readonly fleet: Fleet;
  readonly history: History;
  readonly alarms: Alarms;
  readonly events: string[];
  /** What the load balancer has counted up to now; to be changed. */
  readonly counted: { requests: number; errors: number; own: number };
  /** States of its targets; to be changed. */
  readonly targets: string[];
  /** Lets seconds go by, with a look every ten of them, and what is to happen before each. */
  pass(seconds: number, before?: () => void): Promise<void>;
  find(part: string): Alarm;
}

export function measure(): Measured {
  const plan = planWith();
  let now = Date.UTC(2026, 0, 1);
  const counted = { requests: 0, errors: 0, own: 0 };
  const targets = ['up', 'up'];
  const events: string[] = [];
  const readTraffic = async (): Promise<Traffic> => ({
    requests: counted.requests,
    answers: { 2: counted.requests - counted.errors, 3: 0, 4: 0, 5: counted.errors },
    own: { 4: 0, 5: counted.own },
    connections: 1,
    responseSeconds: 0.01,
  });
  const describe = async () => new Map(targets.map((status, slot) => [slot, { status }]));
  const fleet = {
    plan,
    caches: [],
    databases: [],
    group: { desired: 2, instances: new Map() },
    loadBalancer: { readTraffic, describe },
  } as unknown as Fleet;
  const clock = () => now;
  const history = new History(fleet, clock);
  const alarms = new Alarms({ plans: plan.alarms, history, onEvent: (text) => events.push(text), now: clock });
  Object.assign(fleet, { figures: history, alarms });
  return {
    fleet,
    history,
    alarms,
    events,
    counted,
    targets,
    async pass(seconds, before = () => {}) {
      for (let passed = 0; passed < seconds; passed += 10) {
        before();
        await history.sample();
        await alarms.judge();
        now += 10_000;
      }
    },
    find: (part) => {
      const found = alarms.all.find(({ plan: { name } }) => name.includes(part));
      if (!found) throw new Error(`no alarm ${part} of ${alarms.all.map(({ plan: { name } }) => name)}`);
      return found;
    },
  };
}
