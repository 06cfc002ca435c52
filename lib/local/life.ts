// The life of one instance, step by step: launched, ready, in service; let go, left, ended.
import { setTimeout as delay } from 'node:timers/promises';
import { type Instance, isPending, type LaunchedClone } from './instance';
import type { Launch } from './launch';
import type { LifecycleActions } from './lifecycle-actions';
import type { GroupPlan } from './plan/group';
import type { TargetGroupPlan } from './plan/load-balancer';
import { Stopped } from './process';
import type { LoadBalancer } from './servers/load-balancer';

export interface LifeOptions {
  readonly plan: GroupPlan;
  readonly targetGroup: TargetGroupPlan;
  readonly loadBalancer: LoadBalancer;
  readonly launch: Launch;
  readonly actions: LifecycleActions;
  /** Aborted when the whole group is stopped. */
  readonly stop: AbortSignal;
  /** What people should know, in a sentence. */
  readonly onEvent: (text: string) => void;
}

/** A clone finishes what is under way within this time; one that is not healthy gets less. */
const stopTimeoutMs = { healthy: 35_000, unhealthy: 2000 };

/** Launches its clone and brings it into service; fails when that does not come up, or is not wanted any more. */
export async function bringUp(instance: Instance, options: LifeOptions): Promise<void> {
  const { plan, targetGroup, loadBalancer, actions } = options;
  const verifyWanted = (): void => {
    if (options.stop.aborted || !isPending(instance)) throw new Stopped();
  };
  const told = plan.launchHook && actions.begin(instance.id, plan.launchHook);
  try {
    const clone = await options.launch(instance);
    instance.clone = clone;
    verifyWanted();
    instance.state = 'Pending:Wait';
    const outcome = await Promise.race([told, clone.exited]);
    verifyWanted();
    if (typeof outcome === 'string') throw clone.toError(`died at start (${outcome})`);
    if (outcome?.result === 'ABANDON') {
      const late = `did not become ready within ${plan.launchHook?.timeoutSeconds} s`;
      throw clone.toError(outcome.because === 'timed out' ? late : 'gave up its launch');
    }
    instance.state = 'Pending:Proceed';
    const { path, timeoutSeconds } = targetGroup.healthCheck;
    const probe = (): Promise<boolean> => clone.answers(path, timeoutSeconds * 1000);
    await untilHealthy(clone, probe, plan.graceSeconds * 1000 + 5000, verifyWanted);
    await loadBalancer.register(instance.slot, clone.address);
    verifyWanted();
    instance.state = 'InService';
    instance.inServiceAt = new Date();
  } finally {
    actions.giveUp(instance.id);
  }
}

async function untilHealthy(
  clone: LaunchedClone,
  probe: () => Promise<boolean>,
  timeoutMs: number,
  verifyWanted: () => void,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    verifyWanted();
    if (clone.ended) throw clone.toError(`died at start (${clone.ended})`);
    if (await probe().catch(() => false)) return;
    if (Date.now() > deadline) throw clone.toError(`did not become healthy within ${timeoutMs / 1000} s`);
    await delay(20);
  }
}

/** Takes it out of the load balancer, lets it leave and ends it. Its state says already that it is terminating. */
export async function bringDown(instance: Instance, options: LifeOptions): Promise<void> {
  const { loadBalancer, targetGroup, actions } = options;
  // A launch under way sees that it is not wanted, and ends first: nobody registers it after this.
  actions.giveUp(instance.id);
  await Promise.allSettled([instance.launch]);
  // A load balancer that is away has let go of everybody; the clone must end all the same.
  const letGo = async (): Promise<void> => {
    if (!instance.clone?.ended) {
      await loadBalancer.drain(instance.slot);
      await untilIdle(instance, options, targetGroup.deregistrationSeconds * 1000);
    }
    await loadBalancer.deregister(instance.slot);
  };
  await Promise.allSettled([letGo()]);
  await letLeave(instance, options);
  instance.state = 'Terminating:Proceed';
  await instance.clone?.stop(stopTimeoutMs[instance.healthy ? 'healthy' : 'unhealthy']);
}

/** Waits in the stop hook until the clone has said that it has left. One that never served has nothing to finish. */
async function letLeave(instance: Instance, { plan, actions, stop, onEvent }: LifeOptions): Promise<void> {
  const { id, clone } = instance;
  if (!plan.stopHook || !clone || clone.ended || !instance.inServiceAt || stop.aborted) return;
  instance.state = 'Terminating:Wait';
  const told = actions.begin(id, plan.stopHook);
  await clone.leave(stopTimeoutMs[instance.healthy ? 'healthy' : 'unhealthy']);
  const outcome = await Promise.race([told, clone.exited]);
  actions.giveUp(id);
  if (stop.aborted || (typeof outcome === 'object' && outcome.because === 'completed')) return;
  const why =
    typeof outcome === 'string' ? `it ended before (${outcome})` : `not within ${plan.stopHook.timeoutSeconds} s`;
  onEvent(`${id} did not say that it had left: ${why}`);
}

async function untilIdle(instance: Instance, { loadBalancer, stop }: LifeOptions, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !stop.aborted) {
    const state = (await loadBalancer.describe()).get(instance.slot);
    if (!state || state.requests === 0) return;
    await delay(50);
  }
}
