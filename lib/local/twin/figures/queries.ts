// Queries for figures, as GetMetricData and alarms have them: metrics and expressions over each other.
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { isKnown } from './catalogue';
import { ExpressionError, readExpression } from './expression';
import { type History, toFullName } from './history';
import type { Metric } from './measure';
import { isStatistic, type Series, toSeries } from './statistics';

/** What is asked for in a way that CloudWatch refuses, or of what this machine does not measure. */
export class QueryError extends Error {
  constructor(
    message: string,
    /** Whether AWS would have an answer. */
    readonly isUnmeasured = false,
  ) {
    super(message);
  }
}

type Stat = NonNullable<MetricDataQuery['MetricStat']>;

export const toMetric = ({ Namespace, MetricName, Dimensions }: NonNullable<Stat['Metric']>): Metric => ({
  namespace: Namespace ?? '',
  name: MetricName ?? '',
  dimensions: Object.fromEntries((Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? ''])),
});

/** Periods that CloudWatch has: whole minutes, and for a metric of high resolution a few shorter ones. */
export const isPeriod = (seconds: number): boolean =>
  Number.isInteger(seconds) && seconds > 0 && (seconds % 60 === 0 || [1, 5, 10, 20, 30].includes(seconds));

/** @throws QueryError saying what is wrong */
export function verifyStatistic(metric: Metric, seconds: number, statistic: string): void {
  if (!isPeriod(seconds)) throw new QueryError(`The value ${seconds} for parameter Period is not supported.`);
  if (!isStatistic(statistic)) throw new QueryError(`The value ${statistic} for parameter Stat is not supported.`);
  if (isKnown(toFullName(metric), statistic)) return;
  throw new QueryError(`The local twin does not measure this: ${statistic} of ${toFullName(metric)}`, true);
}

/** What an alarm looks back on is what was measured; who asks is told of this moment, too. */
export type Look = 'then' | 'now';

async function readStat({ Metric: metric = {}, Period = 0, Stat: statistic = '' }: Stat, history: History, look: Look) {
  const wanted = toMetric(metric);
  verifyStatistic(wanted, Period, statistic);
  const samples = look === 'now' ? await history.findNow(wanted) : history.find(wanted);
  return toSeries(samples, Period, statistic);
}

/** Values by id of every query. @throws QueryError for the first that has none */
export async function readQueries(
  queries: readonly MetricDataQuery[],
  history: History,
  look: Look,
): Promise<ReadonlyMap<string, Series>> {
  const stats = queries.filter(({ MetricStat }) => MetricStat !== undefined);
  const read = await Promise.all(
    stats.map(
      async ({ Id = '', MetricStat }): Promise<[string, Series]> => [
        Id,
        await readStat(MetricStat as Stat, history, look),
      ],
    ),
  );
  const values = new Map(read);
  const metrics = [...values.values()];
  const find = (id: string, from: readonly string[]): Series | undefined => {
    const query = queries.find(({ Id }) => Id === id);
    if (values.has(id) || query?.Expression === undefined) return values.get(id);
    if (from.includes(id)) throw new QueryError(`Expression '${id}' refers to itself.`);
    const series = readExpression(query.Expression)({ find: (name) => find(name, [...from, id]), metrics });
    values.set(id, series);
    return series;
  };
  for (const { Id = '' } of queries) {
    try {
      find(Id, []);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new QueryError(`Error in expression '${Id}': ${error.message}`);
    }
  }
  return values;
}
