// CloudWatch: the few figures that commands read, measured at the moment they are asked for.
import * as schemas from '@aws-sdk/client-cloudwatch';
import type { Fleet } from '../fleet';
import { memberIdOf } from '../plan/cache';
import { AwsError, type Service } from './service';

type Measure = (dimensions: Readonly<Record<string, string>>, fleet: Fleet) => Promise<number | undefined>;

const cacheFigure =
  (metric: string): Measure =>
  async ({ CacheClusterId }, { caches }) =>
    await caches.find(({ plan }) => memberIdOf(plan) === CacheClusterId)?.measure(metric);

/** By `namespace/metric`. */
const metrics: Readonly<Record<string, Measure>> = {
  'AWS/ElastiCache/BytesUsedForCache': cacheFigure('BytesUsedForCache'),
  'AWS/ElastiCache/BytesUsedForCacheItems': cacheFigure('BytesUsedForCacheItems'),
  'AWS/ElastiCache/Evictions': cacheFigure('Evictions'),
  'AWS/ElastiCache/CurrConnections': cacheFigure('CurrConnections'),
  'AWS/RDS/ReplicaLag': async ({ DBInstanceIdentifier }, { databases }) =>
    await databases.find(({ plan }) => plan.id === DBInstanceIdentifier)?.findLagSeconds(),
};

async function measure(query: schemas.MetricDataQuery, fleet: Fleet): Promise<schemas.MetricDataResult> {
  const { Namespace, MetricName, Dimensions } = query.MetricStat?.Metric ?? {};
  const find = metrics[`${Namespace}/${MetricName}`];
  if (!find) {
    const got = `${Namespace}/${MetricName}`;
    throw new AwsError('InvalidParameterValue', `The local twin does not measure this metric: ${got}`);
  }
  const dimensions = Object.fromEntries((Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']));
  // A server that is down has no figure: no data point, as on AWS.
  const value = await find(dimensions, fleet).catch(() => undefined);
  const isKnown = value !== undefined && Number.isFinite(value);
  return {
    Id: query.Id,
    Label: query.Label ?? MetricName,
    Timestamps: isKnown ? [new Date()] : [],
    Values: isKnown ? [value] : [],
    StatusCode: 'Complete',
  };
}

export const cloudWatch: Service = {
  signingName: 'monitoring',
  protocol: 'json',
  namespace: 'GraniteServiceVersion20100801',
  schemas,
  actions: {
    GetMetricData: async (input: schemas.GetMetricDataInput, fleet): Promise<schemas.GetMetricDataOutput> => ({
      MetricDataResults: await Promise.all((input.MetricDataQueries ?? []).map((query) => measure(query, fleet))),
    }),
  },
};
