// The alarms of all stacks, as the templates declare them.
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ResourceReader } from '../resource-reader';

export interface AlarmPlan {
  readonly name: string;
  readonly description?: string;
  /** What it looks at: one query that returns data, and those that this one needs. */
  readonly queries: readonly MetricDataQuery[];
  readonly isExpression: boolean;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly missing: string;
  readonly actions: { readonly alarm: readonly string[]; readonly ok: readonly string[] };
}

export const toAlarms = (alarms: readonly ResourceReader[]): AlarmPlan[] => alarms.map(toAlarm);

function toAlarm(alarm: ResourceReader): AlarmPlan {
  const queries = alarm.list<MetricDataQuery>('Metrics');
  const isExpression = queries.length > 0;
  const evaluationPeriods = alarm.number('EvaluationPeriods');
  return {
    name: alarm.physicalId,
    description: alarm.findText('AlarmDescription'),
    queries: isExpression ? queries : [toQuery(alarm)],
    isExpression,
    periodSeconds: isExpression
      ? Math.max(...queries.map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? 60))
      : alarm.number('Period'),
    evaluationPeriods,
    // Where the template says nothing, CloudWatch's own defaults hold.
    datapointsToAlarm: alarm.findNumber('DatapointsToAlarm') ?? evaluationPeriods,
    threshold: alarm.number('Threshold'),
    comparison: alarm.text('ComparisonOperator'),
    missing: alarm.findText('TreatMissingData') ?? 'missing',
    actions: { alarm: alarm.list<string>('AlarmActions'), ok: alarm.list<string>('OKActions') },
  };
}

const toQuery = (alarm: ResourceReader): MetricDataQuery => ({
  Id: 'm1',
  MetricStat: {
    Metric: {
      Namespace: alarm.text('Namespace'),
      MetricName: alarm.text('MetricName'),
      Dimensions: alarm.list('Dimensions'),
    },
    Period: alarm.number('Period'),
    Stat: alarm.findText('ExtendedStatistic') ?? alarm.text('Statistic'),
  },
  ReturnData: true,
});
