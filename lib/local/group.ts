// The autoscaling group on this machine: keeps as many healthy clones as wanted behind the load balancer.
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import { toHex } from './physical';
import type { GroupPlan } from './plan/group';
import type { TargetGroupPlan } from './plan/load-balancer';
import { Stopped } from './process';
import { Clone, type CloneOptions } from './servers/clone';
import type { LoadBalancer, TargetState } from './servers/load-balancer';

/** AWS's names for where an instance is in its life. */
export type LifecycleState = 'Pending:Wait' | 'InService' | 'Terminating';

export interface Instance {
  readonly id: string;
  readonly zone: string;
  readonly launchedAt: Date;
  readonly tags: Readonly<Record<string, string>>;
  readonly slot: number;
  state: LifecycleState;
  healthy: boolean;
  /** When it went into service. */
  inServiceAt?: Date;
  clone?: Clone;
  /** Settles when its launch has come to an end, one way or the other. */
  launch?: Promise<void>;
}

export interface GroupOptions {
  readonly plan: GroupPlan;
  readonly targetGroup: TargetGroupPlan;
  readonly loadBalancer: LoadBalancer;
  /** How many clones can exist at once, those that end included. */
  readonly slots: number;
  /** What a clone is started with beside its id and port. */
  readonly launch: Omit<CloneOptions, 'id' | 'port' | 'logFile'>;
  readonly logFolder: string;
  readonly findPort: () => Promise<number>;
}

export interface GroupEvents {
  /** What happened, in a sentence. */
  event: [text: string];
}

/** Longest wait before another launch after launches that failed in a row. */
const maxBackoffMs = 30_000;
/** A clone finishes what is under way within this time; one that is not healthy gets less. */
const stopTimeoutMs = { healthy: 35_000, unhealthy: 2000 };

export class CloneGroup extends EventEmitter<GroupEvents> {
  readonly instances = new Map<string, Instance>();
  readonly createdAt = new Date();
  #launched = 0;
  #failures = 0;
  #stopping = false;
  readonly #work = new Set<Promise<unknown>>();

  constructor(readonly options: GroupOptions) {
    super();
  }

  get desired(): number {
    return this.options.plan.min;
  }

  /** Brings the first clones into service; fails when one of them does not come up. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.desired }, () => this.#launch()));
    this.#do(this.#watch());
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
    const instance = this.instances.get(id);
    if (!instance) throw new OperatorError(`clone: must be one of this fleet, got: ${id}`);
    this.#do(this.#end(instance));
    this.#do(this.#refill());
    return instance;
  }

  /** Ends every clone at once: the load balancer is gone already. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const instances = [...this.instances.values()];
    await Promise.allSettled(instances.map((instance) => instance.clone?.stop(4000)));
    await Promise.allSettled([...instances.map(({ launch }) => launch), ...this.#work]);
    this.instances.clear();
  }

  /** Brings one more clone into service; fails when it does not come up, or is terminated before it has. */
  #launch(): Promise<void> {
    const { plan } = this.options;
    const instance: Instance = {
      id: `i-${toHex(`${plan.name} ${this.#launched++} ${process.hrtime.bigint()}`, 17)}`,
      zone: this.#nextZone(),
      launchedAt: new Date(),
      tags: plan.tags,
      slot: this.#freeSlot(),
      state: 'Pending:Wait',
      healthy: true,
    };
    this.instances.set(instance.id, instance);
    instance.launch = this.#bringUp(instance).catch(async (error) => {
      await instance.clone?.stop(1000);
      // One that was terminated meanwhile is removed by who terminates it.
      if (instance.state !== 'Terminating') this.instances.delete(instance.id);
      throw error;
    });
    return instance.launch;
  }

  async #bringUp(instance: Instance): Promise<void> {
    const { plan, loadBalancer, launch, logFolder, findPort, targetGroup } = this.options;
    const { id } = instance;
    const verifyWanted = (): void => {
      if (this.#stopping || instance.state !== 'Pending:Wait') throw new Stopped();
    };
    const clone = await Clone.start({ ...launch, id, port: await findPort(), logFile: `${logFolder}/${id}.log` });
    instance.clone = clone;
    verifyWanted();
    await clone.untilReady(plan.launchHook?.timeoutSeconds ?? plan.graceSeconds + 60);
    const { path, timeoutSeconds } = targetGroup.healthCheck;
    await clone.process.untilHealthy(() => clone.answers(path, timeoutSeconds * 1000), plan.graceSeconds * 1000 + 5000);
    verifyWanted();
    await loadBalancer.register(instance.slot, clone.address);
    verifyWanted();
    instance.state = 'InService';
    instance.inServiceAt = new Date();
    this.#failures = 0;
    clone.process.exited.then((how) => this.#replaceDead(instance, how));
    this.emit('event', `${id} is in service`);
  }

  /** A process that ended by itself: out of the load balancer at once, and replaced. */
  #replaceDead(instance: Instance, how: string): void {
    if (this.#stopping || instance.state === 'Terminating' || !this.instances.has(instance.id)) return;
    this.emit('event', `${instance.id} died (${how}); it is replaced`);
    instance.healthy = false;
    this.#do(this.#end(instance));
    this.#do(this.#refill());
  }

  async #end(instance: Instance): Promise<void> {
    if (instance.state === 'Terminating') return;
    instance.state = 'Terminating';
    // A launch under way sees that it is not wanted, and ends first: nobody registers it after this.
    await Promise.allSettled([instance.launch]);
    const { loadBalancer, targetGroup } = this.options;
    // A load balancer that is away has let go of everybody; the clone must end all the same.
    const letGo = async (): Promise<void> => {
      if (!instance.clone?.process.ended) {
        await loadBalancer.drain(instance.slot);
        await this.#untilIdle(instance, targetGroup.deregistrationSeconds * 1000);
      }
      await loadBalancer.deregister(instance.slot);
    };
    await Promise.allSettled([letGo()]);
    await instance.clone?.stop(stopTimeoutMs[instance.healthy ? 'healthy' : 'unhealthy']);
    this.instances.delete(instance.id);
    this.emit('event', `${instance.id} is terminated`);
  }

  async #untilIdle(instance: Instance, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline && !this.#stopping) {
      const state = (await this.options.loadBalancer.describe()).get(instance.slot);
      if (!state || state.requests === 0) return;
      await delay(50);
    }
  }

  /** Launches until as many are wanted as there are, slower after each failure in a row. */
  async #refill(): Promise<void> {
    while (!this.#stopping && this.#living().length < this.desired) {
      try {
        await this.#launch();
      } catch (error) {
        if (this.#stopping) return;
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
    while (!this.#stopping) {
      await this.#pause(500);
      if (this.#stopping || plan.healthCheckType !== 'ELB') continue;
      const states = await loadBalancer.describe().catch(() => new Map<number, TargetState>());
      for (const instance of this.instances.values()) {
        if (instance.state !== 'InService' || states.get(instance.slot)?.status !== 'down') continue;
        const age = Date.now() - (instance.inServiceAt?.getTime() ?? 0);
        if (age < plan.graceSeconds * 1000) continue;
        instance.healthy = false;
        this.emit('event', `${instance.id} fails its health check; it is replaced`);
        this.terminate(instance.id);
      }
    }
  }

  #living(): Instance[] {
    return [...this.instances.values()].filter(({ state }) => state !== 'Terminating');
  }

  #nextZone(): string {
    const { zones } = this.options.plan;
    const count = (zone: string) => this.#living().filter((instance) => instance.zone === zone).length;
    return [...zones].sort((a, b) => count(a) - count(b))[0] ?? 'local';
  }

  #freeSlot(): number {
    const taken = new Set([...this.instances.values()].map(({ slot }) => slot));
    for (let slot = 1; slot <= this.options.slots; slot++) if (!taken.has(slot)) return slot;
    throw new Error(`all ${this.options.slots} slots of the load balancer are taken`);
  }

  async #pause(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (!this.#stopping && Date.now() < end) await delay(Math.min(100, ms));
  }

  /** Work that goes on by itself; stop() waits for it. */
  #do(work: Promise<unknown>): void {
    const settled = work.catch((error) => {
      if (!this.#stopping) this.emit('event', `${(error as Error).message}`);
    });
    this.#work.add(settled);
    settled.then(() => this.#work.delete(settled));
  }
}
