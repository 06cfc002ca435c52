// What a figure of CloudWatch is on this machine: how it is measured, of what, and whether it only ever counts up.
import type { Fleet } from '../../fleet';

export type Dimensions = Readonly<Record<string, string>>;

/** The value now; undefined where there is none, or where the figure is not one of these dimensions. */
export type Measure = (dimensions: Dimensions, fleet: Fleet) => Promise<number | undefined>;

/** By `namespace/metric`. */
export type Measures = Readonly<Record<string, Measure>>;

/** A metric with its dimensions: what CloudWatch keeps a history of. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}
