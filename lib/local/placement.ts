// Where a new clone goes: the zone with the fewest, and a free slot of the load balancer.
import { type Instance, isTerminating } from './instance';

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
