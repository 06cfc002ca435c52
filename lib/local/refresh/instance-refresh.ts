// One instance refresh: replaces clones by new ones, new ones first, watched, and goes back by itself where it was asked to.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../instance';
import type { TemplateVersion } from '../launch-templates';
import { Stopped } from '../process';
import { type RefreshPreferences, toBounds } from './preferences';

/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html */
export type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Baking'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackFailed'
  | 'RollbackSuccessful';

/** What it needs of its group. */
export interface Refreshed {
  readonly desired: number;
  /** Those that are not on their way out. */
  living(): Instance[];
  /** What clones are launched from. */
  template: TemplateVersion;
  /** Brings one more clone into service. */
  launch(): Promise<void>;
  /** Drains a clone and ends it; nothing takes its place. Resolves once it is gone. */
  end(instance: Instance): Promise<void>;
}

export interface RefreshOptions {
  readonly group: Refreshed;
  readonly preferences: RefreshPreferences;
  /** Absent: clones are replaced by others of the same template. */
  readonly wanted?: TemplateVersion;
  readonly isAlarmed: (name: string) => boolean;
  /** Aborted when the group is stopped. */
  readonly stop: AbortSignal;
  readonly onEvent: (text: string) => void;
}

/** Why it cannot go on. */
class Failure extends Error {}

/** AWS goes on trying for an hour; here a template that fails so often in a row is bad. */
const mostFailures = 2;
const lookMs = 100;

export class InstanceRefresh {
  readonly id = randomUUID();
  readonly startedAt = new Date();
  endedAt: Date | undefined;
  status: RefreshStatus = 'Pending';
  reason: string | undefined;
  percent = 0;
  /** Clones that are still to be replaced. */
  left = 0;
  rollback: { readonly reason: string; readonly at: Date; readonly percent: number; readonly left: number } | undefined;
  readonly source: TemplateVersion;
  #ask: 'cancel' | 'roll back' | undefined;
  #total = 0;

  constructor(readonly options: RefreshOptions) {
    this.source = options.group.template;
  }

  get isRunning(): boolean {
    return this.endedAt === undefined;
  }

  /** Whether there is another template to go back to. */
  get isReversible(): boolean {
    return this.options.wanted !== undefined && !/^(RollbackInProgress|Cancelling)$/.test(this.status);
  }

  cancel(): void {
    this.#ask = 'cancel';
    this.status = 'Cancelling';
  }

  rollBack(): void {
    this.#ask = 'roll back';
  }

  /** Runs to its end; never rejects. */
  async run(): Promise<void> {
    const { group, wanted, preferences, onEvent } = this.options;
    try {
      this.status = 'InProgress';
      if (wanted) group.template = wanted;
      await this.#replace(this.#listOld(), preferences.checkpoints);
      await this.#bake();
      this.#end('Successful');
    } catch (error) {
      if (this.options.stop.aborted) return this.#end('Cancelled');
      const why = (error as Error).message;
      if (this.#ask === 'cancel') {
        group.template = this.source;
        return this.#end('Cancelled', 'Cancelled due to user request.');
      }
      if (this.#ask === 'roll back' || (preferences.autoRollback && wanted)) return await this.#goBack(why);
      group.template = this.source;
      this.#end('Failed', why);
    }
    onEvent(`instance refresh ${this.id}: ${this.status}`);
  }

  async #goBack(reason: string): Promise<void> {
    const { group, onEvent } = this.options;
    this.rollback = { reason, at: new Date(), percent: this.percent, left: this.left };
    this.reason = reason;
    this.status = 'RollbackInProgress';
    onEvent(`instance refresh ${this.id} goes back: ${reason}`);
    this.#ask = undefined;
    group.template = this.source;
    const isBad = ({ template }: Instance): boolean => template.number !== this.source.number;
    try {
      await this.#replace(() => group.living().filter(isBad), []);
      this.#end('RollbackSuccessful', reason);
    } catch (error) {
      this.#end(this.#ask === 'cancel' ? 'Cancelled' : 'RollbackFailed', (error as Error).message);
    }
    onEvent(`instance refresh ${this.id}: ${this.status}`);
  }

  /** A function that lists what is still to be replaced: those there were, or that are of another template. */
  #listOld(): () => Instance[] {
    const { group, preferences } = this.options;
    if (preferences.skipMatching) {
      return () => group.living().filter(({ template }) => template.number !== group.template.number);
    }
    const first = new Set(group.living().map(({ id }) => id));
    return () => group.living().filter(({ id }) => first.has(id));
  }

  async #replace(listOld: () => Instance[], checkpoints: readonly number[]): Promise<void> {
    this.#total = Math.max(listOld().length, 1);
    let [checkpoint, ...later] = checkpoints;
    for (;;) {
      const old = listOld();
      this.#tell(old.length);
      if (checkpoint !== undefined && this.percent >= checkpoint) {
        // After the last one there is nothing to go on with.
        if (old.length > 0) await this.#wait(this.options.preferences.checkpointSeconds, `paused at ${checkpoint} %`);
        [checkpoint, ...later] = later;
      }
      this.#verifyGoesOn();
      if (old.length === 0) return;
      const limit =
        checkpoint === undefined
          ? old.length
          : Math.max(1, Math.ceil((checkpoint / 100) * this.#total) - (this.#total - old.length));
      await this.#replaceSome(old.slice(0, limit));
    }
  }

  /** As many as fit at a time: first what is new, then what is old goes. */
  async #replaceSome(old: readonly Instance[]): Promise<void> {
    const { group, preferences } = this.options;
    const { fewest, most } = toBounds(group.desired, preferences);
    const room = Math.min(old.length, Math.max(0, most - group.living().length));
    if (room > 0) {
      await this.#launch(room);
      await this.#wait(preferences.warmUpSeconds);
    }
    const spare = group.living().filter(({ state }) => state === 'InService').length - fewest;
    const going = old.slice(0, Math.max(0, Math.min(spare, Math.max(room, 1))));
    if (going.length === 0) {
      await this.#wait(lookMs / 1000);
      return;
    }
    await Promise.all(going.map((instance) => group.end(instance)));
    const missing = group.desired - group.living().length;
    if (missing > 0) {
      await this.#launch(missing);
      await this.#wait(preferences.warmUpSeconds);
    }
  }

  async #launch(count: number): Promise<void> {
    for (let failures = 0; ; ) {
      const launches = Array.from({ length: count }, () => this.options.group.launch());
      const ended = await this.#orAsked(Promise.allSettled(launches));
      const failed = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
      if (failed.length === 0) return;
      count = failed.length;
      failures += 1;
      this.reason = `${failed.length} new instances did not come up: ${failed[0]?.message}`;
      if (this.options.stop.aborted) throw new Stopped();
      this.#verifyGoesOn();
      if (failures >= mostFailures) throw new Failure(this.reason);
    }
  }

  /** Waits for the work, or for who asks for its end: what is on its way then is not waited for. */
  async #orAsked<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    finished.catch(() => {});
    while (!done) {
      this.#verifyGoesOn();
      await Promise.race([finished.catch(() => {}), delay(lookMs)]);
    }
    return await finished;
  }

  async #wait(seconds: number, what?: string): Promise<void> {
    const end = Date.now() + seconds * 1000;
    if (what) this.reason = what;
    do {
      this.#verifyGoesOn();
      await delay(Math.max(0, Math.min(lookMs, end - Date.now())));
    } while (Date.now() < end);
    if (what) this.reason = undefined;
  }

  async #bake(): Promise<void> {
    const { bakeSeconds } = this.options.preferences;
    if (bakeSeconds === 0) return;
    this.status = 'Baking';
    await this.#wait(bakeSeconds);
  }

  #verifyGoesOn(): void {
    const { stop, isAlarmed, preferences } = this.options;
    if (stop.aborted) throw new Stopped();
    if (this.#ask === 'cancel') throw new Failure('Cancelled due to user request.');
    if (this.#ask === 'roll back') throw new Failure('Rolled back due to user request.');
    if (this.status === 'RollbackInProgress') return;
    const alarm = preferences.alarms.find(isAlarmed);
    if (alarm) throw new Failure(`Alarm ${alarm} is in ALARM state.`);
  }

  #tell(left: number): void {
    this.left = left;
    this.percent = Math.floor((100 * (this.#total - Math.min(left, this.#total))) / this.#total);
  }

  #end(status: RefreshStatus, reason?: string): void {
    this.status = status;
    this.reason = reason ?? this.reason;
    this.endedAt = new Date();
  }
}
