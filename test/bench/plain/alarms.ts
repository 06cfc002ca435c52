// An alarm in few words: what is common to all alarms of `dev` is said here once.
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Title, metric, threshold and what to do, as alarms and the dashboard show them. */
export interface Watched {
  readonly id: string;
  readonly title: string;
  readonly whatToDo: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly below?: boolean;
  readonly silenceIsBad?: boolean;
  /** Bad periods, of so many. */
  readonly periods?: readonly [number, number];
}

export const makeAlarm = (scope: Construct, { periods: [bad, of] = [3, 5], ...watched }: Watched): Alarm =>
  new Alarm(scope, `${watched.id}Alarm`, {
    alarmDescription: `${watched.title}. ${watched.whatToDo}`,
    metric: watched.metric,
    threshold: watched.threshold,
    comparisonOperator: watched.below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: of,
    datapointsToAlarm: bad,
    treatMissingData: watched.silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
