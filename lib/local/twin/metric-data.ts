// CloudWatch's figures: what was measured of the fleet, as statistics of periods.
import type * as schemas from '@aws-sdk/client-cloudwatch';
import type { Fleet } from '../fleet';
import { toFullName } from './figures/history';
import { QueryError, readQueries, toMetric, verifyStatistic } from './figures/queries';
import { toSeries } from './figures/statistics';
import { toPage } from './page';
import { AwsError, type Service } from './service';

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** A rule of CloudWatch's, or that this machine does not measure it. */
function toRefusal(error: unknown): unknown {
  if (!(error instanceof QueryError)) return error;
  return error.isUnmeasured ? new AwsError('InvalidParameterValue', error.message) : invalid(error.message);
}

function verifyTimes({ StartTime, EndTime }: { StartTime?: Date; EndTime?: Date }): { from: number; to: number } {
  for (const [name, time] of Object.entries({ StartTime, EndTime })) {
    if (!time) throw new AwsError('MissingParameter', `The parameter ${name} is required.`);
  }
  const [from, to] = [(StartTime as Date).getTime(), (EndTime as Date).getTime()];
  if (from >= to) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  return { from, to };
}

const maxQueries = 500;

function verifyQueries(queries: readonly schemas.MetricDataQuery[]): void {
  if (queries.length === 0) throw new AwsError('MissingParameter', 'The parameter MetricDataQueries is required.');
  if (queries.length > maxQueries)
    throw invalid(`The collection MetricDataQueries must not have a size greater than ${maxQueries}.`);
  for (const { Id, MetricStat, Expression } of queries) {
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(Id ?? '')) {
      throw invalid(`The value ${Id} for parameter MetricDataQueries.member.Id is not matching the expected pattern.`);
    }
    if ((MetricStat === undefined) === (Expression === undefined)) {
      throw invalid(`Exactly one of MetricStat and Expression must be given for the query ${Id}.`);
    }
  }
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length) {
    throw invalid('The values for parameter id in MetricDataQueries are not unique.');
  }
}

/** As AWS rounds the start: down to the whole minute, or to the period when that is longer. */
const roundDown = (at: number, periodSeconds: number): number => {
  const step = Math.max(60, periodSeconds) * 1000;
  return Math.floor(at / step) * step;
};

async function getMetricData(input: schemas.GetMetricDataInput, { figures }: Fleet) {
  const { MetricDataQueries: queries = [], ScanBy = 'TimestampDescending', MaxDatapoints = 100_800 } = input;
  verifyQueries(queries);
  const { from, to } = verifyTimes(input);
  const values = await readQueries(queries, figures, 'now').catch((error) => {
    throw toRefusal(error);
  });
  const order = ScanBy === 'TimestampAscending' ? 1 : -1;
  const shown = queries.filter(({ ReturnData }) => ReturnData !== false);
  const points = shown.flatMap((query) => {
    const start = roundDown(from, query.MetricStat?.Period ?? query.Period ?? 60);
    const series = [...(values.get(query.Id ?? '') ?? [])].filter(([at]) => at >= start && at < to);
    return series.sort(([a], [b]) => (a - b) * order).map(([at, value]) => ({ query, at, value }));
  });
  const { items, next } = toPage(points, MaxDatapoints, input.NextToken);
  // A page tells of the queries whose points are on it; the first one of those, too, that have none.
  const isTold = (query: schemas.MetricDataQuery): boolean =>
    items.some((point) => point.query === query) ||
    (input.NextToken === undefined && !points.some((point) => point.query === query));
  const left = new Set(next === undefined ? [] : points.slice(Number(next)).map(({ query }) => query));
  return {
    MetricDataResults: shown.filter(isTold).map((query): schemas.MetricDataResult => {
      const own = items.filter((point) => point.query === query);
      return {
        Id: query.Id,
        Label: query.Label ?? query.MetricStat?.Metric?.MetricName ?? query.Id,
        Timestamps: own.map(({ at }) => new Date(at)),
        Values: own.map(({ value }) => value),
        StatusCode: left.has(query) ? 'PartialData' : 'Complete',
      };
    }),
    NextToken: next,
  };
}

const maxDatapoints = 1440;

async function getMetricStatistics(input: schemas.GetMetricStatisticsInput, { figures }: Fleet) {
  const { Period: period = 0, Statistics: plain = [], ExtendedStatistics: extended = [] } = input;
  const { from, to } = verifyTimes(input);
  const metric = toMetric(input);
  const names = [...plain, ...extended];
  if (names.length === 0) {
    throw new AwsError('MissingParameter', 'The parameter Statistics or ExtendedStatistics is required.');
  }
  try {
    for (const name of names) verifyStatistic(metric, period, name);
  } catch (error) {
    throw toRefusal(error);
  }
  if ((to - from) / 1000 / period > maxDatapoints) {
    throw new AwsError(
      'InvalidParameterCombination',
      `You have requested up to ${Math.ceil((to - from) / 1000 / period)} datapoints, which exceeds the limit of ${maxDatapoints}.`,
    );
  }
  const samples = await figures.findNow(metric);
  const start = roundDown(from, period);
  const series = new Map(names.map((name) => [name, toSeries(samples, period, name)]));
  const times = [...(series.get(names[0] as string)?.keys() ?? [])].filter((at) => at >= start && at < to);
  return {
    Label: input.MetricName,
    Datapoints: times.map((at): schemas.Datapoint => {
      const toEntry = (name: string): [string, number] => [name, series.get(name)?.get(at) as number];
      return {
        Timestamp: new Date(at),
        // CloudWatch's own word where a metric has no unit.
        Unit: 'None',
        ...Object.fromEntries(plain.map(toEntry)),
        ...(extended.length > 0 && { ExtendedStatistics: Object.fromEntries(extended.map(toEntry)) }),
      };
    }),
  };
}

const metricsAPage = 500;

function listMetrics(input: schemas.ListMetricsInput, { figures }: Fleet): schemas.ListMetricsOutput {
  const { Namespace, MetricName, Dimensions = [] } = input;
  const found = figures.metrics
    .filter(({ namespace }) => Namespace === undefined || namespace === Namespace)
    .filter(({ name }) => MetricName === undefined || name === MetricName)
    .filter(({ dimensions }) =>
      // A dimension without a value is one that the metric must have at all.
      Dimensions.every(
        ({ Name = '', Value }) => Name in dimensions && (Value ?? dimensions[Name]) === dimensions[Name],
      ),
    )
    .sort((a, b) => toFullName(a).localeCompare(toFullName(b)));
  const { items, next } = toPage(found, metricsAPage, input.NextToken);
  return {
    Metrics: items.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    NextToken: next,
  };
}

export const metricActions: Service['actions'] = {
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
};
