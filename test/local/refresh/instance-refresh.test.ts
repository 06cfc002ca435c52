// An instance refresh over a group of clones that are nothing but data: who is replaced when, and what ends it.
import type { Instance } from '../../../lib/local/instance';
import { LaunchTemplates, type TemplateVersion } from '../../../lib/local/launch-templates';
import { InstanceRefresh, type Refreshed } from '../../../lib/local/refresh/instance-refresh';
import { type RefreshPreferences, toBounds } from '../../../lib/local/refresh/preferences';

const templates = new LaunchTemplates({ imageId: 'ami-1', toUserData: () => '' });
const old = templates.default;
const next = templates.create(old, { imageId: 'ami-2' });

const usual: RefreshPreferences = {
  ...{ minHealthyPercent: 100, maxHealthyPercent: 150, warmUpSeconds: 0, skipMatching: false, checkpoints: [] },
  ...{ checkpointSeconds: 0, bakeSeconds: 0, alarms: [], autoRollback: false },
};

/** Clones that come and go at once; what happened is written down. */
class Group implements Refreshed {
  template: TemplateVersion = old;
  readonly clones: Instance[] = [];
  readonly counts: number[] = [];
  isBad: (template: TemplateVersion) => boolean = () => false;
  onLaunch: () => void = () => {};
  #made = 0;

  constructor(readonly desired: number) {
    for (let i = 0; i < desired; i++) this.#add();
  }

  #add(): void {
    const id = `i-${this.#made++}`;
    const of = {
      zone: 'a',
      launchedAt: new Date(),
      tags: {},
      slot: this.#made,
      template: this.template,
      healthy: true,
    };
    this.clones.push({ id, ...of, state: 'InService' });
    this.counts.push(this.clones.length);
  }

  living(): Instance[] {
    return [...this.clones];
  }

  async launch(): Promise<void> {
    this.onLaunch();
    if (this.isBad(this.template)) throw new Error('it never answers');
    this.#add();
  }

  async end(instance: Instance): Promise<void> {
    this.clones.splice(this.clones.indexOf(instance), 1);
    this.counts.push(this.clones.length);
  }

  get versions(): number[] {
    return this.clones.map(({ template }) => template.number);
  }
}

async function roll(
  group: Group,
  preferences: Partial<RefreshPreferences> = {},
  wanted?: TemplateVersion,
  isAlarmed: (name: string) => boolean = () => false,
  during: (refresh: InstanceRefresh) => void = () => {},
): Promise<InstanceRefresh> {
  const refresh = new InstanceRefresh({
    ...{ group, preferences: { ...usual, ...preferences }, wanted, isAlarmed },
    ...{ stop: new AbortController().signal, onEvent: () => {} },
  });
  during(refresh);
  await refresh.run();
  return refresh;
}

test.each([
  [2, 100, 150, { fewest: 2, most: 3 }],
  [3, 100, 134, { fewest: 3, most: 4 }],
  [10, 90, 100, { fewest: 9, most: 10 }],
  [4, 50, 100, { fewest: 2, most: 4 }],
  // Nothing could happen: AWS ends one first.
  [2, 100, 100, { fewest: 1, most: 2 }],
  [1, 100, 200, { fewest: 1, most: 2 }],
])('%i clones of which %i to %i percent may be there', (desired, minHealthyPercent, maxHealthyPercent, bounds) => {
  expect(toBounds(desired, { minHealthyPercent, maxHealthyPercent })).toEqual(bounds);
});

test('new ones come first: there are never fewer than wanted, and never more than allowed', async () => {
  const group = new Group(4);
  const first = group.clones.map(({ id }) => id);
  group.counts.length = 0;
  const refresh = await roll(group);
  expect(refresh).toMatchObject({ status: 'Successful', percent: 100, left: 0, endedAt: expect.any(Date) });
  expect(group.clones.filter(({ id }) => first.includes(id))).toEqual([]);
  expect([Math.min(...group.counts), Math.max(...group.counts)]).toEqual([4, 6]);
});

test('where there may not be more, the old go first, as many as may be missing', async () => {
  const group = new Group(4);
  group.counts.length = 0;
  expect((await roll(group, { minHealthyPercent: 50, maxHealthyPercent: 100 })).status).toBe('Successful');
  expect([Math.min(...group.counts), Math.max(...group.counts)]).toEqual([3, 4]);
  expect(group.clones).toHaveLength(4);
});

test('to another template all go, and the group stays with it; those that match already may stay', async () => {
  const group = new Group(2);
  await roll(group, {}, next);
  expect([group.versions, group.template]).toEqual([[2, 2], next]);
  const before = [...group.clones];
  const again = await roll(group, { skipMatching: true }, next);
  expect(again.status).toBe('Successful');
  expect(group.clones).toEqual(before);
});

test('a template whose clones never come up fails, and no clone has gone', async () => {
  const group = new Group(2);
  const before = [...group.clones];
  group.isBad = ({ number }) => number === next.number;
  const refresh = await roll(group, {}, next);
  expect(refresh).toMatchObject({ status: 'Failed', percent: 0, left: 2 });
  expect(refresh.reason).toBe('1 new instances did not come up: it never answers');
  expect([group.clones, group.template]).toEqual([before, old]);
});

test('it goes back by itself where that was asked for', async () => {
  const group = new Group(4);
  let launches = 0;
  group.onLaunch = () => {
    launches += 1;
  };
  // The first two come up, and no others of it.
  group.isBad = ({ number }) => number === next.number && launches > 2;
  const refresh = await roll(group, { autoRollback: true }, next);
  expect(refresh).toMatchObject({ status: 'RollbackSuccessful', rollback: { percent: 50, left: 2 } });
  expect([group.versions, group.template]).toEqual([[1, 1, 1, 1], old]);
});

test('an alarm ends it, and it goes back', async () => {
  const group = new Group(2);
  let launches = 0;
  group.onLaunch = () => {
    launches += 1;
  };
  const preferences = { alarms: ['errors'], autoRollback: true };
  const refresh = await roll(group, preferences, next, () => launches > 0);
  expect(refresh).toMatchObject({ status: 'RollbackSuccessful', reason: 'Alarm errors is in ALARM state.' });
  expect(group.versions).toEqual([1, 1]);
});

test('it stops at its checkpoints, and bakes at the end', async () => {
  const group = new Group(4);
  const seen: string[] = [];
  const began = performance.now();
  const refresh = await roll(
    group,
    { checkpoints: [50, 100], checkpointSeconds: 0.3, bakeSeconds: 0.3 },
    next,
    () => false,
    (one) => {
      const timer = setInterval(() => {
        const told = `${one.status} ${one.reason ?? ''}`.trim();
        if (seen.at(-1) !== told) seen.push(told);
        if (!one.isRunning) clearInterval(timer);
      }, 5);
    },
  );
  expect(refresh.status).toBe('Successful');
  expect(seen).toEqual(expect.arrayContaining(['InProgress paused at 50 %', 'Baking']));
  expect(performance.now() - began).toBeGreaterThanOrEqual(600);
});

test.each([
  ['cancelled', 'Cancelled', undefined],
  ['rolled back', 'RollbackSuccessful', next],
] as const)('it is %s in the middle', async (how, status, wanted) => {
  const group = new Group(4);
  const refresh = await roll(
    group,
    { warmUpSeconds: 0.2 },
    wanted,
    () => false,
    (one) => {
      group.onLaunch = () => {
        if (!one.rollback) how === 'cancelled' ? one.cancel() : one.rollBack();
      };
    },
  );
  expect(refresh.status).toBe(status);
  expect(group.template).toBe(old);
  expect(group.clones.length).toBeGreaterThanOrEqual(4);
});

test('without another template there is nothing to go back to', async () => {
  const group = new Group(2);
  await roll(
    group,
    {},
    undefined,
    () => false,
    (one) => expect(one.isReversible).toBe(false),
  );
  await roll(
    group,
    {},
    next,
    () => false,
    (one) => expect(one.isReversible).toBe(true),
  );
});
