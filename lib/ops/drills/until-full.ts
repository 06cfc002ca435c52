// Waits until the fleet is whole again without the clones that were hurt.
import type { Aws } from '../aws';
import { isUnknown } from '../part';
import { poll } from '../poll';
import type { Stage } from '../stage';
import { readClones } from '../status/clones';

/** A launch on AWS takes minutes. */
const withinSeconds = 1800;

export async function untilFull(
  aws: Aws,
  stage: Stage,
  without: readonly string[],
  tell: (news: string) => void,
): Promise<void> {
  await poll(aws, {
    what: `group ${stage.groupName}: must be full of healthy clones`,
    ask: async () => {
      const { group, clones } = await readClones(aws, stage);
      if (isUnknown(group) || isUnknown(clones)) return { healthy: 0, desired: Number.POSITIVE_INFINITY, left: 0 };
      const isHealthy = clones.filter(({ id, health }) => health === 'healthy' && !without.includes(id));
      return {
        healthy: isHealthy.length,
        desired: group.desired,
        left: clones.filter(({ id }) => without.includes(id)).length,
      };
    },
    isDone: ({ healthy, desired, left }) => healthy >= desired && left === 0,
    onLook: ({ healthy, desired }) => tell(`${healthy} of ${desired} clones healthy`),
    withinSeconds,
    toText: ({ healthy, desired }) => `${healthy} of ${desired} healthy`,
  });
}
