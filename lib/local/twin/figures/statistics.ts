// Statistics of CloudWatch: what was measured in each period, as one number.
import type { Sample } from './history';

/** By the start of the period, in ms since 1970. */
export type Series = ReadonlyMap<number, number>;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const statistics: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SampleCount: (values) => values.length,
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
};

/** `p99`, `p99.9`. */
const percentile = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/;

export const isStatistic = (name: string): boolean => Object.hasOwn(statistics, name) || percentile.test(name);

/** The value that so many percent of the values are not above. */
function toPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

export function toStatistic(values: readonly number[], name: string): number {
  const known = statistics[name];
  return known ? known(values) : toPercentile(values, Number(percentile.exec(name)?.[1]));
}

/** One value for each period that has samples. */
export function toSeries(samples: readonly Sample[], periodSeconds: number, statistic: string): Series {
  const periods = new Map<number, number[]>();
  for (const { at, value } of samples) {
    const start = Math.floor(at / (periodSeconds * 1000)) * periodSeconds * 1000;
    const values = periods.get(start) ?? [];
    values.push(value);
    periods.set(start, values);
  }
  return new Map([...periods].map(([start, values]) => [start, toStatistic(values, statistic)]));
}
