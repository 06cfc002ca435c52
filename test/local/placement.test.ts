// Clones are spread over zones, and never two in one slot.
import type { Instance, LifecycleState } from '../../lib/local/instance';
import { toPlacement } from '../../lib/local/placement';

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
