// The autoscaling group on this machine: keeps as many healthy clones as wanted behind the load balancer.
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import { type Instance, isTerminating } from './instance';
import type { Launch } from './launch';
import { bringDown, bringUp, type LifeOptions } from './life';
import { LifecycleActions } from './lifecycle-actions';
import { toHex } from './physical';
import { toPlacement } from './placement';
import type { GroupPlan } from './plan/group';
import type { TargetGroupPlan } from './plan/load-balancer';
import { Stopped } from './process';
import type { LoadBalancer, TargetState } from './servers/load-balancer';

export interface GroupOptions {
  readonly plan: GroupPlan;
  readonly targetGroup: TargetGroupPlan;
  readonly loadBalancer: LoadBalancer;
  /** How many clones can exist at once, those that end included. */
  readonly slots: number;
  readonly launch: Launch;
}

export interface GroupEvents {
  /** What happened, in a sentence. */
  event: [text: string];
}

/** Longest wait before another launch after launches that failed in a row. */
const maxBackoffMs = 30_000;

export class CloneGroup extends EventEmitter<GroupEvents> {
  readonly instances = new Map<string, Instance>();
  /** What its instances are waited for by. */
  readonly actions = new LifecycleActions();
  readonly createdAt = new Date();
  readonly #launched = new Set<string>();
  #failures = 0;
  readonly #stop = new AbortController();
  readonly #life: LifeOptions;
  readonly #work = new Set<Promise<unknown>>();

  constructor(readonly options: GroupOptions) {
    super();
    const onEvent = (text: string): void => void this.emit('event', text);
    this.#life = { ...options, actions: this.actions, stop: this.#stop.signal, onEvent };
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  get desired(): number {
    return this.options.plan.min;
  }

  /** Brings the first clones into service; fails when one of them does not come up. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.desired }, () => this.#launch()));
    this.#do(this.#watch());
  }

  /** Whether this is, or was, one of its clones. */
  hasLaunched(id: string): boolean {
    return this.#launched.has(id);
  }

  /** Tells a load balancer that was started anew of every clone in service. */
  async registerAll(): Promise<void> {
    for (const { state, slot, clone } of this.instances.values()) {
      if (state === 'InService' && clone) await this.options.loadBalancer.register(slot, clone.address);
    }
  }

  /**
   * Takes a clone out of the load balancer, lets it finish and ends it; another one takes its place.
   * Returns at once, as AWS does.
   */
  terminate(id: string): Instance {
    const instance = this.#get(id);
    this.#do(this.#end(instance));
    this.#do(this.#refill());
    return instance;
  }

  /** What somebody found out about the health of a clone; one that is not healthy is replaced. */
  setHealth(id: string, healthy: boolean, respectGrace: boolean): Instance {
    const instance = this.#get(id);
    if (respectGrace && this.#isInGrace(instance)) return instance;
    instance.healthy = healthy;
    if (healthy || isTerminating(instance)) return instance;
    this.emit('event', `${id} is said to be unhealthy; it is replaced`);
    return this.terminate(id);
  }

  /** Ends every clone at once: the load balancer is gone already. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const instances = [...this.instances.values()];
    for (const { id } of instances) this.actions.giveUp(id);
    await Promise.allSettled(instances.map(({ clone }) => clone?.stop(4000)));
    await Promise.allSettled([...instances.map(({ launch }) => launch), ...this.#work]);
    this.instances.clear();
  }

  /** Brings one more clone into service; fails when it does not come up, or is terminated before it has. */
  #launch(): Promise<void> {
    const { plan } = this.options;
    const instance: Instance = {
      id: `i-${toHex(`${plan.name} ${this.#launched.size} ${process.hrtime.bigint()}`, 17)}`,
      ...toPlacement([...this.instances.values()], { zones: plan.zones, slots: this.options.slots }),
      launchedAt: new Date(),
      tags: plan.tags,
      state: 'Pending',
      healthy: true,
    };
    this.#launched.add(instance.id);
    this.instances.set(instance.id, instance);
    instance.launch = this.#bringUp(instance).catch(async (error) => {
      await instance.clone?.stop(1000);
      // One that was terminated meanwhile is removed by who terminates it.
      if (!isTerminating(instance)) this.instances.delete(instance.id);
      throw error;
    });
    return instance.launch;
  }

  async #bringUp(instance: Instance): Promise<void> {
    await bringUp(instance, this.#life);
    this.#failures = 0;
    instance.clone?.exited.then((how) => this.#replaceDead(instance, how));
    this.emit('event', `${instance.id} is in service`);
  }

  /** A process that ended by itself: out of the load balancer at once, and replaced. */
  #replaceDead(instance: Instance, how: string): void {
    if (this.#isStopping || isTerminating(instance) || !this.instances.has(instance.id)) return;
    this.emit('event', `${instance.id} died (${how}); it is replaced`);
    instance.healthy = false;
    this.#do(this.#end(instance));
    this.#do(this.#refill());
  }

  async #end(instance: Instance): Promise<void> {
    if (isTerminating(instance)) return;
    instance.state = 'Terminating';
    await bringDown(instance, this.#life);
    this.instances.delete(instance.id);
    this.emit('event', `${instance.id} is terminated`);
  }

  async #refill(): Promise<void> {
    while (!this.#isStopping && this.#living().length < this.desired) {
      try {
        await this.#launch();
      } catch (error) {
        if (this.#isStopping) return;
        if (error instanceof Stopped) continue;
        this.#failures++;
        this.emit('event', `a new clone did not come up: ${(error as Error).message}`);
        await this.#pause(Math.min(250 * 2 ** this.#failures, maxBackoffMs));
      }
    }
  }

  /** Replaces clones that the load balancer's checks call unhealthy, where the group heeds them. */
  async #watch(): Promise<void> {
    const { plan, loadBalancer } = this.options;
    while (!this.#isStopping) {
      await this.#pause(500);
      if (this.#isStopping || plan.healthCheckType !== 'ELB') continue;
      const states = await loadBalancer.describe().catch(() => new Map<number, TargetState>());
      for (const instance of this.instances.values()) {
        if (instance.state !== 'InService' || states.get(instance.slot)?.status !== 'down') continue;
        if (this.#isInGrace(instance)) continue;
        instance.healthy = false;
        this.emit('event', `${instance.id} fails its health check; it is replaced`);
        this.terminate(instance.id);
      }
    }
  }

  #get(id: string): Instance {
    const instance = this.instances.get(id);
    if (!instance) throw new OperatorError(`clone: must be one of this fleet, got: ${id}`);
    return instance;
  }

  /** A clone that is not in service yet, or for too short a time to be judged. */
  #isInGrace({ inServiceAt }: Instance): boolean {
    return Date.now() - (inServiceAt?.getTime() ?? Date.now()) < this.options.plan.graceSeconds * 1000;
  }

  #living(): Instance[] {
    return [...this.instances.values()].filter((instance) => !isTerminating(instance));
  }

  async #pause(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (!this.#isStopping && Date.now() < end) await delay(Math.min(100, ms));
  }

  /** Work that goes on by itself; stop() waits for it. */
  #do(work: Promise<unknown>): void {
    const settled = work.catch((error) => {
      if (!this.#isStopping) this.emit('event', `${(error as Error).message}`);
    });
    this.#work.add(settled);
    settled.then(() => this.#work.delete(settled));
  }
}
