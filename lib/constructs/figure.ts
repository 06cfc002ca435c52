// A figure that is watched: what it is, when it is bad, and what to do then. Alarms and dashboard are made of one list.
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

export interface Figure {
  /** Construct id of its alarm, PascalCase. */
  readonly id: string;
  /** What is watched, in a few words; heads its graph. */
  readonly title: string;
  readonly metric: IMetric;
  /** Beyond this it is bad, in the metric's own unit. */
  readonly threshold: number;
  /**
   * Which side of the threshold is bad.
   * @default 'above' - most figures are bad when they are large
   */
  readonly bad?: 'above' | 'below';
  /**
   * How many of the metric's last periods must be bad: so many of so many.
   * @default [3, 5] - one can be chance; of periods of a minute, five are what people notice
   */
  readonly periods?: readonly [number, number];
  /**
   * Whether it is bad that nothing is reported.
   * @default false - a fleet that serves nobody has no errors
   */
  readonly silenceIsBad?: boolean;
  /** What whoever is woken does first. */
  readonly whatToDo: string;
}
