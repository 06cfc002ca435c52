// Where a new clone goes: the zone with the fewest, and a free slot of the load balancer.
import { type Instance, isTerminating } from './instance';
import type { TemplateVersion } from './launch-templates';

export interface PlacementOptions {
  readonly zones: readonly string[];
  /** How many clones can exist at once, those that end included. */
  readonly slots: number;
}

export function toPlacement(
  instances: readonly Instance[],
  { zones, slots }: PlacementOptions,
): Pick<Instance, 'zone' | 'slot'> {
  const living = instances.filter((instance) => !isTerminating(instance));
  const count = (zone: string): number => living.filter((instance) => instance.zone === zone).length;
  const zone = [...zones].sort((a, b) => count(a) - count(b))[0] ?? 'local';
  const taken = new Set(instances.map(({ slot }) => slot));
  for (let slot = 1; slot <= slots; slot++) if (!taken.has(slot)) return { zone, slot };
  throw new Error(`all ${slots} slots of the load balancer are taken`);
}

/**
 * Those that go when fewer are wanted: first what is not in service and what is not of the template that is wanted now, as a
 * roll that was given up leaves it; then of the zone with most, of an older template, and the older.
 */
export function toSurplus(living: readonly Instance[], wanted: number, template: TemplateVersion): Instance[] {
  const left = [...living];
  const surplus: Instance[] = [];
  const count = (zone: string): number => left.filter((instance) => instance.zone === zone).length;
  while (left.length > wanted) {
    left.sort(
      (a, b) =>
        Number(a.state === 'InService') - Number(b.state === 'InService') ||
        Number(a.template.number === template.number) - Number(b.template.number === template.number) ||
        count(b.zone) - count(a.zone) ||
        a.template.number - b.template.number ||
        a.launchedAt.getTime() - b.launchedAt.getTime(),
    );
    surplus.push(left.shift() as Instance);
  }
  return surplus;
}
