// What was measured, and when: the last three hours of every metric that ever had a value.
import type { Fleet } from '../../fleet';
import { findMeasure, isCounter, listMetrics } from './catalogue';
import type { Metric } from './measure';

export interface Sample {
  /** ms since 1970 */
  readonly at: number;
  readonly value: number;
}

interface Kept {
  readonly metric: Metric;
  readonly samples: Sample[];
  /** What a counter stood at. */
  counted: number;
  measuring?: Promise<void>;
}

const keptMs = 3 * 3600_000;
/** What is asked for now is measured now, unless it was a moment ago. */
const freshMs = 1000;

export const toFullName = ({ namespace, name }: Metric): string => `${namespace}/${name}`;

const toKey = (metric: Metric): string =>
  JSON.stringify([toFullName(metric), Object.entries(metric.dimensions).sort(([a], [b]) => a.localeCompare(b))]);

export class History {
  readonly #kept = new Map<string, Kept>();
  #since: number | undefined;

  constructor(
    private readonly fleet: Fleet,
    private readonly now: () => number = Date.now,
  ) {}

  /** When everything was measured for the first time, in ms since 1970. */
  get since(): number | undefined {
    return this.#since;
  }

  /** Every metric that has had a value. */
  get metrics(): Metric[] {
    return [...this.#kept.values()].filter(({ samples }) => samples.length > 0).map(({ metric }) => metric);
  }

  find(metric: Metric): readonly Sample[] {
    return this.#kept.get(toKey(metric))?.samples ?? [];
  }

  /** Measures everything there is. */
  async sample(): Promise<void> {
    this.#since ??= this.now();
    await Promise.all(listMetrics(this.fleet).map((metric) => this.measure(metric)));
  }

  /** The samples of a metric, the one of this moment with them. */
  async findNow(metric: Metric): Promise<readonly Sample[]> {
    const last = this.find(metric).at(-1);
    if (!last || this.now() - last.at > freshMs) await this.measure(metric);
    return this.find(metric);
  }

  /** One more sample, where there is something to measure. */
  async measure(metric: Metric): Promise<void> {
    const key = toKey(metric);
    const kept: Kept = this.#kept.get(key) ?? { metric, samples: [], counted: 0 };
    // One at a time: a counter's growth must not be told twice.
    kept.measuring ??= this.#measure(kept).finally(() => {
      kept.measuring = undefined;
    });
    // What is asked for and never has a value is not kept: whoever asks must not fill the memory.
    this.#kept.set(key, kept);
    await kept.measuring;
    if (kept.samples.length === 0) this.#kept.delete(key);
  }

  async #measure(kept: Kept): Promise<void> {
    const name = toFullName(kept.metric);
    // A server that is down has no figure: no data point, as on AWS.
    const value = await findMeasure(name)?.(kept.metric.dimensions, this.fleet).catch(() => undefined);
    if (value === undefined || !Number.isFinite(value)) return;
    const at = this.now();
    kept.samples.push({ at, value: isCounter(name) ? grow(kept, value) : value });
    while ((kept.samples[0]?.at ?? at) < at - keptMs) kept.samples.shift();
  }
}

/** How much a counter grew; one that fell began anew, with its server. Before the first look it was 0: the fleet was not there. */
function grow(kept: Kept, value: number): number {
  const growth = value < kept.counted ? value : value - kept.counted;
  kept.counted = value;
  return growth;
}
