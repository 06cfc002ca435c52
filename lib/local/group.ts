// The autoscaling group on this machine: keeps as many healthy clones as wanted behind the load balancer.
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import { Activities } from './activities';
import { isInGrace, watchHealth } from './health-watch';
import { type Instance, isTerminating } from './instance';
import type { Launch } from './launch';
import type { TemplateVersion } from './launch-templates';
import { bringDown, bringUp, type LifeOptions } from './life';
import { LifecycleActions } from './lifecycle-actions';
import { toHex } from './physical';
import { toPlacement, toSurplus } from './placement';
import type { GroupPlan } from './plan/group';
import type { TargetGroupPlan } from './plan/load-balancer';
import { Stopped } from './process';
import type { InstanceRefresh, Refreshed } from './refresh/instance-refresh';
import { Refreshes } from './refresh/refreshes';
import type { LoadBalancer } from './servers/load-balancer';

export interface GroupOptions {
  readonly plan: GroupPlan;
  readonly targetGroup: TargetGroupPlan;
  readonly loadBalancer: LoadBalancer;
  /** How many clones can exist at once, those that end included. */
  readonly slots: number;
  /** What clones are launched from at first. */
  readonly template: TemplateVersion;
  readonly launch: Launch;
}

/** How many clones are wanted. */
export interface Sizes {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

export interface GroupEvents {
  /** What happened, in a sentence. */
  event: [text: string];
}

/** Longest wait before another launch after launches that failed in a row. */
const maxBackoffMs = 30_000;

/** In the words of Auto Scaling. */
const toCause = (cause: string): string =>
  `At ${new Date().toISOString()} an instance was changed in response to ${cause}.`;

export class CloneGroup extends EventEmitter<GroupEvents> {
  readonly instances = new Map<string, Instance>();
  /** What its instances are waited for by. */
  readonly actions = new LifecycleActions();
  readonly activities = new Activities();
  readonly createdAt = new Date();
  /** Tags of the group, which new clones get. */
  readonly tags: Map<string, string>;
  /** What the next clone is launched from. */
  template: TemplateVersion;
  readonly #refreshes: Refreshes;
  #sizes: Sizes;
  readonly #launched = new Set<string>();
  #failures = 0;
  readonly #stop = new AbortController();
  readonly #life: LifeOptions;
  readonly #work = new Set<Promise<unknown>>();

  constructor(readonly options: GroupOptions) {
    super();
    const onEvent = (text: string): void => void this.emit('event', text);
    const { min, max, tags } = options.plan;
    this.#sizes = { min, desired: min, max };
    this.tags = new Map(Object.entries(tags ?? {}));
    this.template = options.template;
    this.#refreshes = new Refreshes({ group: this.#toRefreshed(), stop: this.#stop.signal, onEvent });
    this.#life = { ...options, actions: this.actions, stop: this.#stop.signal, onEvent };
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  get desired(): number {
    return this.#sizes.desired;
  }

  get sizes(): Sizes {
    return this.#sizes;
  }

  /** From now on so many are wanted: some are launched, or some go. Returns at once, as AWS does. */
  resize(sizes: Sizes): void {
    this.#sizes = sizes;
    this.#do(this.#refill());
    this.#shrink();
  }

  /** Rolls, the newest first. */
  get refreshes(): readonly InstanceRefresh[] {
    return this.#refreshes.all;
  }

  /** The roll that goes on. */
  get refresh(): InstanceRefresh | undefined {
    return this.#refreshes.running;
  }

  /** Begins to replace every clone. Nothing else must be replacing them. */
  startRefresh(options: Parameters<Refreshes['start']>[0]): InstanceRefresh {
    const { refresh, ended } = this.#refreshes.start(options);
    // Clones that were launched for it and are not wanted any more go, however it ended.
    this.#do(ended.then(() => this.#shrink()));
    return refresh;
  }

  #toRefreshed(): Refreshed {
    const group = this;
    return {
      get desired() {
        return group.desired;
      },
      get template() {
        return group.template;
      },
      set template(template) {
        group.template = template;
      },
      living: () => group.#living(),
      launch: () => group.#launch('an instance refresh'),
      end: (instance) => group.#end(instance, 'an instance refresh'),
    };
  }

  /** Brings the first clones into service; fails when one of them does not come up. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.desired }, () => this.#launch()));
    const { plan, loadBalancer } = this.options;
    if (plan.healthCheckType !== 'ELB') return;
    const { graceSeconds } = plan;
    const listInstances = () => this.instances.values();
    const onUnhealthy = (instance: Instance): void => this.#replaceUnhealthy(instance);
    this.#do(watchHealth({ loadBalancer, listInstances, graceSeconds, stop: this.#stop.signal, onUnhealthy }));
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
  terminate(id: string, isReplaced = true): Instance {
    const instance = this.#get(id);
    if (!isReplaced) this.#sizes = { ...this.#sizes, desired: Math.max(0, this.desired - 1) };
    this.#do(this.#end(instance, 'a user request'));
    this.#do(this.#refill());
    return instance;
  }

  /** Its machine is gone from one moment to the next: nobody lets go of it first, and it finishes nothing. */
  break(id: string): void {
    const { clone } = this.#get(id);
    // One that is not up yet has no machine to lose.
    if (clone) this.#do(clone.stop(0));
    else this.terminate(id);
  }

  /** What somebody found out about the health of a clone; one that is not healthy is replaced. */
  setHealth(id: string, healthy: boolean, respectGrace: boolean): Instance {
    const instance = this.#get(id);
    if (respectGrace && isInGrace(instance, this.options.plan.graceSeconds)) return instance;
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
  #launch(cause = 'a difference between desired and actual capacity'): Promise<void> {
    const { plan } = this.options;
    const instance: Instance = {
      id: `i-${toHex(`${plan.name} ${this.#launched.size} ${process.hrtime.bigint()}`, 17)}`,
      ...toPlacement([...this.instances.values()], { zones: plan.zones, slots: this.options.slots }),
      launchedAt: new Date(),
      tags: Object.fromEntries(this.tags),
      template: this.template,
      state: 'Pending',
      healthy: true,
    };
    this.#launched.add(instance.id);
    this.instances.set(instance.id, instance);
    const activity = this.activities.begin(`Launching a new EC2 instance: ${instance.id}`, toCause(cause));
    instance.launch = this.#bringUp(instance).catch(async (error) => {
      this.activities.end(activity, error instanceof Stopped ? 'Cancelled' : 'Failed', (error as Error).message);
      await instance.clone?.stop(1000);
      // One that was terminated meanwhile is removed by who terminates it.
      if (!isTerminating(instance)) this.instances.delete(instance.id);
      throw error;
    });
    instance.launch.then(
      () => this.activities.end(activity, 'Successful'),
      () => {},
    );
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
    this.#do(this.#end(instance, 'an EC2 health check indicating it has been terminated or stopped'));
    this.#do(this.#refill());
  }

  async #end(instance: Instance, cause: string): Promise<void> {
    if (isTerminating(instance)) return;
    instance.state = 'Terminating';
    const activity = this.activities.begin(`Terminating EC2 instance: ${instance.id}`, toCause(cause));
    await bringDown(instance, this.#life);
    this.instances.delete(instance.id);
    this.activities.end(activity, 'Successful');
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
        const ms = Math.min(250 * 2 ** this.#failures, maxBackoffMs);
        await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    }
  }

  /** Ends those that are too many: of the zone with most, then of an older template, then the older. Not during a roll. */
  #shrink(): void {
    if (this.#isStopping || this.refresh) return;
    for (const instance of toSurplus(this.#living(), this.desired, this.template)) {
      this.#do(this.#end(instance, 'a difference between desired and actual capacity'));
    }
  }

  #replaceUnhealthy(instance: Instance): void {
    instance.healthy = false;
    this.emit('event', `${instance.id} fails its health check; it is replaced`);
    this.terminate(instance.id);
  }

  #get(id: string): Instance {
    const instance = this.instances.get(id);
    if (!instance) throw new OperatorError(`clone: must be one of this fleet, got: ${id}`);
    return instance;
  }

  #living(): Instance[] {
    return [...this.instances.values()].filter((instance) => !isTerminating(instance));
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
