// Numbers that follow from a stage's config: each is computed here once, so that no two of them can disagree.
import type { StageConfig } from './stage-config';

export interface Derived {
  /** Seconds until the load balancer counts a good clone as healthy. */
  healthySeconds: number;
  /** Seconds a clone answers on after SIGTERM: until the load balancer has surely seen it fail, and left it. */
  drainSeconds: number;
  /** Seconds a clone keeps an idle connection: longer than the load balancer, or it would write into a closed one. */
  keepAliveSeconds: number;
  /** Seconds the group may wait for the clone's own word that it is ready. */
  readyHookSeconds: number;
  /** Seconds after that in which a failed health check does not yet kill a clone. */
  graceSeconds: number;
  /** Seconds until a new clone's figures count, and until a roll goes on to the next clone. */
  warmUpSeconds: number;
  /** Percent of the wanted clones that stay in service during a roll. */
  rollMinPercent: number;
  /** Percent of the wanted clones that may exist during a roll: enough for one more than `min`. */
  rollMaxPercent: number;
}

/** One slow health check and one slow start of the load balancer's own bookkeeping. */
const graceMarginSeconds = 30;
/** Clocks of two machines and the time a FIN needs. */
const keepAliveMarginSeconds = 12;

export const derive = (config: StageConfig): Derived => {
  const { healthCheck, clones } = config;
  const healthySeconds = healthCheck.intervalSeconds * healthCheck.healthyThreshold + healthCheck.timeoutSeconds;
  return {
    healthySeconds,
    drainSeconds: healthCheck.intervalSeconds * healthCheck.unhealthyThreshold + healthCheck.timeoutSeconds,
    keepAliveSeconds: config.idleTimeoutSeconds + keepAliveMarginSeconds,
    readyHookSeconds: clones.readyWithinSeconds,
    graceSeconds: healthySeconds + graceMarginSeconds,
    warmUpSeconds: healthySeconds,
    rollMinPercent: 100,
    rollMaxPercent: 100 + Math.ceil(100 / clones.min),
  };
};
