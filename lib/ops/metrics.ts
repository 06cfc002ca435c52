// The newest values of figures of CloudWatch, all of them by as few calls as there can be.
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Aws } from './aws';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** @default Average */
  readonly statistic?: 'Average' | 'Maximum' | 'Sum';
}

/** So many a call takes. */
const mostQueries = 500;
const minuteMs = 60_000;
/** A figure is of one minute, and told some minutes later. */
const lookBackMinutes = 10;

/**
 * In the order of the metrics; null where there is none of the last ten minutes. A sum is of all of them.
 * @param since only of minutes that have not ended by then
 */
export async function readLatest(
  aws: Aws,
  metrics: readonly Metric[],
  since = new Date(0),
): Promise<(number | null)[]> {
  const EndTime = new Date();
  const StartTime = new Date(
    Math.max(Math.floor(since.getTime() / minuteMs) * minuteMs, EndTime.getTime() - lookBackMinutes * minuteMs),
  );
  const values = new Map<string, number>();
  for (let from = 0; from < metrics.length; from += mostQueries) {
    const MetricDataQueries = metrics
      .slice(from, from + mostQueries)
      .map(({ namespace, name, dimensions, statistic = 'Average' }, index) => ({
        Id: `m${from + index}`,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: 60,
          Stat: statistic,
        },
      }));
    const question = { MetricDataQueries, StartTime, EndTime, ScanBy: 'TimestampDescending' } as const;
    let NextToken: string | undefined;
    do {
      const page = await aws.of(CloudWatchClient).send(new GetMetricDataCommand({ ...question, NextToken }));
      for (const { Id = '', Values = [] } of page.MetricDataResults ?? []) {
        const [newest] = Values;
        if (newest === undefined) continue;
        const isSum = metrics[Number(Id.slice(1))]?.statistic === 'Sum';
        if (isSum) values.set(Id, (values.get(Id) ?? 0) + Values.reduce((sum, one) => sum + one, 0));
        else if (!values.has(Id)) values.set(Id, newest);
      }
      NextToken = page.NextToken;
    } while (NextToken);
  }
  return metrics.map((_, index) => values.get(`m${index}`) ?? null);
}
