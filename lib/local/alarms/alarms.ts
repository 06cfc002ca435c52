// The alarms of a fleet: the state of each, found anew whenever a period is over, and how it came to it.
import { OperatorError } from '../../config/operator-error';
import type { AlarmPlan } from '../plan/alarms';
import type { History } from '../twin/figures/history';
import { QueryError, readQueries } from '../twin/figures/queries';
import { type AlarmState, isComparison, type Judgement, judge } from './judge';

export interface Change {
  readonly at: Date;
  readonly alarm: string;
  readonly from: { readonly state: AlarmState; readonly reason: string };
  readonly to: { readonly state: AlarmState; readonly reason: string; readonly data?: string };
}

export interface Alarm {
  readonly plan: AlarmPlan;
  readonly state: AlarmState;
  readonly reason: string;
  /** As JSON: what it was found from, or what whoever set it said. */
  readonly data?: string;
  /** When its state or reason was last told. */
  readonly updatedAt: Date;
  /** When its state last became another. */
  readonly changedAt: Date;
}

export interface AlarmsOptions {
  readonly plans: readonly AlarmPlan[];
  readonly history: History;
  readonly onEvent: (text: string) => void;
  /** ms since 1970. @default - the machine's clock */
  readonly now?: () => number;
}

/** Of CloudWatch's two weeks, so much that it does not grow for ever. */
const keptChanges = 1000;

export class Alarms {
  /** Newest last. */
  readonly changes: Change[] = [];
  readonly createdAt: Date;
  readonly #alarms = new Map<string, Alarm>();
  readonly #judgedUntil = new Map<string, number>();
  readonly #now: () => number;

  constructor(private readonly options: AlarmsOptions) {
    this.#now = options.now ?? Date.now;
    this.createdAt = new Date(this.#now());
    for (const plan of options.plans) {
      const unchecked = { state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' } as const;
      this.#alarms.set(plan.name, { plan, ...unchecked, updatedAt: this.createdAt, changedAt: this.createdAt });
    }
  }

  get all(): Alarm[] {
    return [...this.#alarms.values()].sort((a, b) => (a.plan.name < b.plan.name ? -1 : 1));
  }

  find(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  /** What somebody says its state is: until the next period is over, as on AWS. */
  set(name: string, state: AlarmState, reason: string, data?: string): void {
    const alarm = this.#alarms.get(name);
    if (!alarm) throw new OperatorError(`alarm: must be one of the templates, got: ${name}`);
    const at = new Date(this.#now());
    const changed = alarm.state !== state;
    this.#alarms.set(name, { ...alarm, state, reason, data, updatedAt: at, changedAt: changed ? at : alarm.changedAt });
    if (!changed) return;
    const { state: from, reason: before } = alarm;
    this.changes.push({ at, alarm: name, from: { state: from, reason: before }, to: { state, reason, data } });
    this.changes.splice(0, this.changes.length - keptChanges);
    // That all is well a minute after the start is no news.
    if (state === 'ALARM' || from === 'ALARM') this.options.onEvent(`alarm ${name} is ${state}: ${reason}`);
  }

  /** Finds the state of every alarm that has had another period since. */
  async judge(): Promise<void> {
    await Promise.all(this.all.map(({ plan }) => this.#judge(plan)));
  }

  async #judge(plan: AlarmPlan): Promise<void> {
    const now = this.#now();
    const period = Math.floor(now / (plan.periodSeconds * 1000));
    const last = this.#judgedUntil.get(plan.name) ?? Math.floor(this.createdAt.getTime() / (plan.periodSeconds * 1000));
    if (period <= last) return;
    this.#judgedUntil.set(plan.name, period);
    const found = await this.#findJudgement(plan, now);
    if (!found) return;
    const { state, reason, recent } = found;
    // The words change with every period; what people are told of is another state.
    if (this.find(plan.name)?.state === state) return;
    this.set(plan.name, state, reason, JSON.stringify(toData(plan, now, recent)));
  }

  async #findJudgement(plan: AlarmPlan, now: number): Promise<Judgement | undefined> {
    const unknown = (why: string): Judgement => ({ state: 'INSUFFICIENT_DATA', reason: why, recent: [] });
    if (!isComparison(plan.comparison)) return unknown(`The local twin does not know ${plan.comparison}.`);
    try {
      const values = await readQueries(plan.queries, this.options.history, 'then');
      const shown = plan.queries.find(({ ReturnData }) => ReturnData !== false)?.Id ?? '';
      const { since = now } = this.options.history;
      return judge(plan, values.get(shown) ?? new Map(), now, since);
    } catch (error) {
      if (error instanceof QueryError) return unknown(error.message);
      throw error;
    }
  }
}

const toData = (plan: AlarmPlan, now: number, recent: readonly number[]): object => ({
  version: '1.0',
  queryDate: new Date(now).toISOString(),
  period: plan.periodSeconds,
  recentDatapoints: [...recent].reverse(),
  threshold: plan.threshold,
});
