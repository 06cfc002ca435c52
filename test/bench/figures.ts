// Figures of repeated runs: the median, between the least and the most, and whether it is what we want.

export interface Row {
  readonly what: string;
  readonly unit: 'ms' | 's' | 'MB' | 'µs' | '×' | '%' | 'queries' | '/s';
  readonly values: readonly number[];
  /** What we want it to be at most, in the same unit. */
  readonly goal?: number;
  /** What we want it to be at least. */
  readonly atLeast?: number;
}

const digits: Record<Row['unit'], number> = { ms: 1, s: 2, MB: 1, µs: 0, '×': 2, '%': 1, queries: 2, '/s': 0 };

export function toLine(row: Row): string[] {
  const { what, unit, values } = row;
  const sorted = [...values].sort((a, b) => a - b);
  const toText = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(digits[unit]));
  const figures = [toMedian(values), sorted[0], sorted.at(-1)].map(toText);
  return [what, ...figures, unit, String(values.length), toGoal(row)];
}

function toGoal({ unit, values, goal, atLeast }: Row): string {
  const median = toMedian(values);
  if (median === undefined || (goal === undefined && atLeast === undefined)) return '';
  const isHeld = median <= (goal ?? median) && median >= (atLeast ?? median);
  const text = goal === undefined ? `≥ ${atLeast}` : `≤ ${goal}`;
  return `${text} ${unit}: ${isHeld ? 'held' : 'missed'}`;
}

export function toMedian(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
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
