// Clones are spread over zones, and never two in one slot.
import type { Instance, LifecycleState } from '../../lib/local/instance';
import { LaunchTemplates } from '../../lib/local/launch-templates';
import { toPlacement, toSurplus } from '../../lib/local/placement';

const at = (zone: string, slot: number, state: LifecycleState = 'InService') => ({ zone, slot, state }) as Instance;

test.each<[string, Instance[], { zone: string; slot: number }]>([
  ['the first goes to the first zone', [], { zone: 'a', slot: 1 }],
  ['the next to the zone with the fewest', [at('a', 1)], { zone: 'b', slot: 2 }],
  ['one that ends keeps its slot, and counts in no zone', [at('a', 1, 'Terminating:Wait')], { zone: 'a', slot: 2 }],
  ['a slot that was left is taken again', [at('a', 2), at('b', 3)], { zone: 'a', slot: 1 }],
])('%s', (_, instances, placement) => {
  expect(toPlacement(instances, { zones: ['a', 'b'], slots: 4 })).toEqual(placement);
});

test('more than there are slots for is a mistake of ours', () => {
  expect(() => toPlacement([at('a', 1)], { zones: ['a'], slots: 1 })).toThrow(
    'all 1 slots of the load balancer are taken',
  );
});

describe('when fewer are wanted', () => {
  const templates = new LaunchTemplates({ imageId: 'ami-1', toUserData: () => '' });
  const first = templates.default;
  const second = templates.create(first, {});
  const clone = (id: string, zone: string, template = first, state: Instance['state'] = 'InService'): Instance => ({
    ...{ id, zone, template, state, launchedAt: new Date(0), tags: {}, slot: 1, healthy: true },
  });
  const ids = (instances: Instance[]) => instances.map(({ id }) => id);

  test('the zone with most gives one up, of the older template first', () => {
    const living = [clone('a1', 'a', second), clone('a2', 'a'), clone('b1', 'b')];
    expect(ids(toSurplus(living, 3, second))).toEqual([]);
    expect(ids(toSurplus(living, 2, second))).toEqual(['a2']);
  });

  test('what a roll that was given up has left goes before what serves', () => {
    const living = [clone('old1', 'a'), clone('old2', 'b'), clone('new', 'b', second, 'Pending:Wait')];
    expect(ids(toSurplus(living, 2, first))).toEqual(['new']);
    expect(ids(toSurplus([...living, clone('bad', 'c', second)], 2, first))).toEqual(['new', 'bad']);
  });
});
