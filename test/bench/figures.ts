// Figures of repeated runs: the median, between the least and the most.

export interface Row {
  readonly what: string;
  readonly unit: 'ms' | 's' | 'MB' | 'µs' | '×' | '%' | 'queries';
  readonly values: readonly number[];
  /** What we want it to stay below, in the same unit. */
  readonly goal?: number;
}

const digits: Record<Row['unit'], number> = { ms: 0, s: 2, MB: 1, µs: 0, '×': 2, '%': 1, queries: 2 };

export function toLine({ what, unit, values, goal }: Row): string[] {
  const sorted = [...values].sort((a, b) => a - b);
  const toText = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(digits[unit]));
  const figures = [toMedian(sorted), sorted[0], sorted.at(-1)].map(toText);
  return [what, ...figures, unit, String(values.length), goal === undefined ? '' : `< ${goal} ${unit}`];
}

function toMedian(sorted: readonly number[]): number | undefined {
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** One after the other, for two at once would measure each other; the first run is not counted, it fills caches. */
export async function repeat<T>(runs: number, measure: () => Promise<T>): Promise<T[]> {
  await measure();
  const values: T[] = [];
  for (let run = 0; run < runs; run += 1) values.push(await measure());
  return values;
}

export const toSeconds = (milliseconds: number): number => milliseconds / 1000;
