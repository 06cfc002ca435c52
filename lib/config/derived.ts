// Numbers that follow from a stage's config: each is computed here once, so that no two of them can disagree.
import { connectionsFor, getMaxConnections } from './node-types';
import { deriveReadiness, type Readiness, toRollMaxPercent, toRollSeconds, toSurge } from './readiness';
import type { StageConfig } from './stage-config';

export interface CloneTimes extends Readiness {
  /** Percent of the wanted clones that stay in service during a roll. */
  readonly rollMinPercent: number;
  /** Percent of the wanted clones that may exist during a roll: enough for one more than `min`. */
  readonly rollMaxPercent: number;
  /** How long a roll of the smallest and of the largest fleet takes at most, checkpoints and bake included, in seconds. */
  readonly rollSeconds: { readonly atMin: number; readonly atMax: number };
  /** Most clones there can be: a whole group that rolls. */
  readonly surge: number;
}

export interface Derived extends CloneTimes {
  /** `max_connections` of every database server of the stage. */
  readonly maxConnections: number;
  /** Connections a clone may open to each database server. */
  readonly poolSize: number;
}

/** What follows from the clones alone. A group has at least one. */
export const deriveClones = ({ min, max, readyWithinSeconds, roll }: StageConfig['clones']): CloneTimes => {
  const readiness = deriveReadiness(readyWithinSeconds);
  const rollMaxPercent = toRollMaxPercent(Math.max(min, 1));
  const waits = roll.checkpoints.length * roll.checkpointSeconds + roll.bakeSeconds;
  return {
    ...readiness,
    rollMinPercent: 100,
    rollMaxPercent,
    rollSeconds: {
      atMin: toRollSeconds(readiness, min, rollMaxPercent) + waits,
      atMax: toRollSeconds(readiness, max, rollMaxPercent) + waits,
    },
    surge: toSurge(Math.max(min, 1), max),
  };
};

export const derive = ({ clones, database }: StageConfig): Derived => {
  const times = deriveClones(clones);
  // One parameter group for all: the smallest server decides.
  const classes = [database.class, ...database.replicas.map((replica) => replica.class ?? database.class)];
  const maxConnections = Math.min(...classes.map(getMaxConnections));
  return { ...times, maxConnections, poolSize: connectionsFor(times.surge, maxConnections) };
};
