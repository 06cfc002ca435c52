// One number, how long a clone may take to be ready, and every other time of its life that follows from it.
import { watchSeconds } from './names';

/** Seconds, unless the name says otherwise. */
export interface Readiness {
  /** From launch until the clone has said that it is ready; a slower one is abandoned. */
  readonly readyWithinSeconds: number;
  readonly healthCheck: {
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    /** Passes in a row until a clone gets requests. */
    readonly healthyThreshold: number;
    /** Failures in a row until it gets none. */
    readonly unhealthyThreshold: number;
  };
  /** Until the load balancer counts a good clone as healthy. */
  readonly healthySeconds: number;
  /** After that, how long a failed health check does not yet kill a clone. */
  readonly graceSeconds: number;
  /** Until a new clone's figures count, and until a roll goes on to the next clone. */
  readonly warmUpSeconds: number;
  /** How long the load balancer lets a leaving clone finish what it serves. */
  readonly deregistrationSeconds: number;
  /** How long a clone answers on after SIGTERM: until the load balancer has surely seen it fail, and left it. */
  readonly drainSeconds: number;
  /** When whatever a stopping clone still has open is cut. */
  readonly stopSeconds: number;
  /** How long its group waits for a clone that must go, from telling it: to hear of that, to stop, and to say so. */
  readonly stopHookSeconds: number;
  /** How long the load balancer keeps an idle connection. */
  readonly idleTimeoutSeconds: number;
  /** How long a clone keeps an idle connection: longer than the load balancer, or it would be written into when closed. */
  readonly keepAliveSeconds: number;
}

/** What ALB takes: intervals from 5 s, timeouts from 2 s. A check every 30 s is slow enough for any clone. */
const intervalRange = { from: 5, to: 30 };
const timeoutFrom = 2;
/** Below this requests under way are cut; above it a roll waits for nothing. */
const deregistrationRange = { from: 5, to: 60 };
/** One slow health check and one slow start of the load balancer's own bookkeeping. */
const graceMarginSeconds = 30;
/** A clock that is late, and the sockets that are closed after the last request. */
const stopMarginSeconds = 5;
/** To hear that it must go, and to start the program that says that it has gone. */
const noticeSeconds = watchSeconds + 10;
/** What ALB keeps by default, and browsers expect. */
const idleTimeoutSeconds = 60;
/** Clocks of two machines and the time a FIN needs. */
const keepAliveMarginSeconds = 12;
/** What Auto Scaling waits for figures of the load balancer before it goes on to the next clones, as users measured. */
const evaluationSeconds = 90;

/** One missed check can be chance. */
const threshold = 2;

const clamp = (value: number, { from, to }: { from: number; to: number }): number =>
  Math.min(Math.max(value, from), to);

export const deriveReadiness = (readyWithinSeconds: number): Readiness => {
  const intervalSeconds = clamp(Math.floor(readyWithinSeconds / 18), intervalRange);
  const timeoutSeconds = Math.max(timeoutFrom, Math.floor(intervalSeconds / 2));
  const healthySeconds = intervalSeconds * threshold + timeoutSeconds;
  const deregistrationSeconds = clamp(Math.ceil(readyWithinSeconds / 6), deregistrationRange);
  const stopSeconds = healthySeconds + deregistrationSeconds + stopMarginSeconds;
  return {
    readyWithinSeconds,
    healthCheck: {
      intervalSeconds,
      timeoutSeconds,
      healthyThreshold: threshold,
      unhealthyThreshold: threshold,
    },
    healthySeconds,
    graceSeconds: healthySeconds + graceMarginSeconds,
    warmUpSeconds: healthySeconds,
    deregistrationSeconds,
    // The same count of checks that makes a clone healthy makes it unhealthy.
    drainSeconds: healthySeconds,
    stopSeconds,
    stopHookSeconds: noticeSeconds + stopSeconds,
    idleTimeoutSeconds,
    keepAliveSeconds: idleTimeoutSeconds + keepAliveMarginSeconds,
  };
};

/** Percent of the wanted clones that may exist during a roll: enough for one more than the fewest there can be. */
export const toRollMaxPercent = (min: number): number => 100 + Math.ceil(100 / min);

/** Most clones there are while a group at its largest rolls. */
export const toSurge = (min: number, max: number): number => Math.ceil((max * toRollMaxPercent(min)) / 100);

/** How long a roll of so many clones takes at most, in seconds: wave after wave, each as slow as it may be. */
export const toRollSeconds = (readiness: Readiness, clones: number, rollMaxPercent: number): number => {
  const wave = Math.max(1, Math.floor((clones * (rollMaxPercent - 100)) / 100));
  const { readyWithinSeconds, warmUpSeconds, deregistrationSeconds, stopHookSeconds } = readiness;
  const waveSeconds = readyWithinSeconds + warmUpSeconds + evaluationSeconds + deregistrationSeconds + stopHookSeconds;
  return Math.ceil(clones / wave) * waveSeconds;
};
