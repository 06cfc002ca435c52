// Finds clones in service that the load balancer's checks call unhealthy, for as long as the group lives.
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from './instance';
import type { LoadBalancer, TargetState } from './servers/load-balancer';

export interface HealthWatchOptions {
  readonly loadBalancer: Pick<LoadBalancer, 'describe'>;
  readonly listInstances: () => Iterable<Instance>;
  /** Seconds for which a clone in service is not judged. */
  readonly graceSeconds: number;
  readonly stop: AbortSignal;
  readonly onUnhealthy: (instance: Instance) => void;
}

const lookMs = 500;

/** A clone that is not in service yet, or for too short a time to be judged. */
export const isInGrace = ({ inServiceAt }: Instance, graceSeconds: number): boolean =>
  Date.now() - (inServiceAt?.getTime() ?? Date.now()) < graceSeconds * 1000;

/** Resolves when it is stopped. */
export async function watchHealth(options: HealthWatchOptions): Promise<void> {
  const { loadBalancer, listInstances, graceSeconds, stop, onUnhealthy } = options;
  while (!stop.aborted) {
    await delay(lookMs, undefined, { signal: stop }).catch(() => {});
    const states = await loadBalancer.describe().catch(() => new Map<number, TargetState>());
    if (stop.aborted) return;
    for (const instance of listInstances()) {
      if (instance.state !== 'InService' || states.get(instance.slot)?.status !== 'down') continue;
      if (!isInGrace(instance, graceSeconds)) onUnhealthy(instance);
    }
  }
}
