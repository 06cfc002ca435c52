// The rules by which CloudWatch finds the state of an alarm from the last periods of its metric.
import type { AlarmPlan } from '../plan/alarms';
import type { Series } from '../twin/figures/statistics';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Judgement {
  readonly state: AlarmState;
  readonly reason: string;
  /** What it was found from, the newest first. */
  readonly recent: readonly number[];
}

const comparisons: Readonly<Record<string, { isBad(value: number, threshold: number): boolean; words: string }>> = {
  GreaterThanThreshold: { isBad: (value, threshold) => value > threshold, words: 'greater than' },
  GreaterThanOrEqualToThreshold: {
    isBad: (value, threshold) => value >= threshold,
    words: 'greater than or equal to',
  },
  LessThanThreshold: { isBad: (value, threshold) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: { isBad: (value, threshold) => value <= threshold, words: 'less than or equal to' },
};

/** Whether CloudWatch's static thresholds have it; bands of what is usual are not known here. */
export const isComparison = (name: string): boolean => Object.hasOwn(comparisons, name);

/** CloudWatch looks back a little further than the periods that count: what is late may be missing. */
const margin = 2;

/** What missing periods make of an alarm that too few periods have a value of; undefined keeps the state it has. */
type Fill = (
  bad: number,
  missing: number,
  periods: readonly (boolean | undefined)[],
  plan: AlarmPlan,
) => boolean | undefined;

const fills: Readonly<Record<string, Fill>> = {
  breaching: (bad, missing, _, { datapointsToAlarm }) => bad + missing >= datapointsToAlarm,
  notBreaching: (bad, _, __, { datapointsToAlarm }) => bad >= datapointsToAlarm,
  // Enough real values that are bad, or none that is, decide by themselves.
  ignore: (bad, _, periods, { datapointsToAlarm }) =>
    bad >= datapointsToAlarm || (bad > 0 || periods.every((isBad) => isBad === undefined) ? undefined : false),
  // The oldest bad value is old enough, and nothing good came after it: what is missing would not mend it.
  missing: (bad, _, periods, { datapointsToAlarm }) => {
    const oldest = periods.findLastIndex((isBad) => isBad !== undefined);
    return (
      bad >= datapointsToAlarm ||
      (oldest + 1 >= datapointsToAlarm && periods.every((isBad) => isBad !== false) && bad > 0)
    );
  },
};

/**
 * The state of an alarm, from the periods that are over.
 * @param now ms since 1970
 * @param since periods that began before were not watched: they are not missing, there is nothing to know of them
 */
export function judge(plan: AlarmPlan, series: Series, now: number, since: number): Judgement | undefined {
  const length = plan.periodSeconds * 1000;
  const newest = Math.floor(now / length) * length - length;
  const first = Math.floor(since / length) * length;
  const count = plan.evaluationPeriods + margin;
  const starts = Array.from({ length: count }, (_, index) => newest - index * length).filter((at) => at >= first);
  if (starts.length === 0) return undefined;
  const comparison = comparisons[plan.comparison] as (typeof comparisons)[string];
  const isBadAt = (at: number): boolean | undefined => {
    const value = series.get(at);
    return value === undefined ? undefined : comparison.isBad(value, plan.threshold);
  };
  const real = starts.filter((at) => series.has(at)).slice(0, plan.evaluationPeriods);
  const recent = real.map((at) => series.get(at) as number);
  const bad = real.filter(isBadAt).length;
  const missing = plan.evaluationPeriods - real.length;
  const told = real.length === 0 ? 'no datapoints were received' : `${real.length} datapoints [${recent.join(', ')}]`;
  const to = (state: AlarmState, filled: string): Judgement => {
    const periods = `${told} for ${plan.evaluationPeriods} periods${filled}`;
    const rule = `${bad} were ${comparison.words} the threshold (${plan.threshold}), ${plan.datapointsToAlarm} make an alarm`;
    const reason =
      state === 'INSUFFICIENT_DATA' ? `Insufficient Data: ${periods}.` : `Threshold Crossed: ${periods}; ${rule}.`;
    return { state, reason, recent };
  };
  if (missing === 0) return to(bad >= plan.datapointsToAlarm ? 'ALARM' : 'OK', '');
  if (real.length === 0 && plan.missing === 'missing') return to('INSUFFICIENT_DATA', '');
  const fill = fills[plan.missing] as Fill;
  const isAlarm = fill(bad, missing, starts.map(isBadAt), plan);
  return isAlarm === undefined
    ? undefined
    : to(isAlarm ? 'ALARM' : 'OK', ` and ${missing} missing datapoints were treated as [${plan.missing}]`);
}
