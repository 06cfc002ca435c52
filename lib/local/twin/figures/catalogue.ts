// Every figure that this machine measures, and everything it measures them of.
import type { Fleet } from '../../fleet';
import type { CacheNode } from '../../servers/cache-server';
import type { Database } from '../../servers/database';
import { groupMeasures } from './group';
import { averages, listLoadBalancerDimensions, loadBalancerCounters, loadBalancerMeasures } from './load-balancer';
import type { Dimensions, Measure, Measures, Metric } from './measure';

const cacheNodes = ({ caches }: Fleet): CacheNode[] => caches.flatMap(({ nodes }) => nodes);

const cacheFigures = [
  ...['BytesUsedForCache', 'BytesUsedForCacheItems', 'DatabaseMemoryUsagePercentage', 'Evictions', 'CurrConnections'],
  ...['CurrItems', 'CacheHits', 'CacheMisses', 'IsMaster', 'ReplicationLag'],
];

const cacheMeasures: Measures = Object.fromEntries(
  cacheFigures.map((metric): [string, Measure] => [
    `AWS/ElastiCache/${metric}`,
    async ({ CacheClusterId }, fleet) =>
      await cacheNodes(fleet)
        .find(({ id }) => id === CacheClusterId)
        ?.measure(metric),
  ]),
);

const ofDatabase =
  (read: (database: Database) => Promise<number | undefined>): Measure =>
  async ({ DBInstanceIdentifier }, { databases }) => {
    const database = databases.find(({ plan }) => plan.id === DBInstanceIdentifier);
    return database && (await read(database));
  };

const measures: Measures = {
  ...cacheMeasures,
  'AWS/RDS/ReplicaLag': ofDatabase((database) => database.replication.findLagSeconds()),
  'AWS/RDS/DatabaseConnections': ofDatabase((database) => database.countConnections()),
  'AWS/RDS/FreeStorageSpace': ofDatabase((database) => database.findFreeBytes()),
  ...loadBalancerMeasures,
  ...groupMeasures,
};

/** Those whose server only ever counts up: what CloudWatch has is how much they grew. */
const counters = new Set([
  'AWS/ElastiCache/Evictions',
  'AWS/ElastiCache/CacheHits',
  'AWS/ElastiCache/CacheMisses',
  ...loadBalancerCounters,
]);

/** What there are figures of, by namespace. */
const subjects: Readonly<Record<string, (fleet: Fleet) => Dimensions[]>> = {
  'AWS/ElastiCache': (fleet) => cacheNodes(fleet).map(({ id }) => ({ CacheClusterId: id })),
  'AWS/RDS': ({ databases }) => databases.map(({ plan }) => ({ DBInstanceIdentifier: plan.id })),
  'AWS/ApplicationELB': listLoadBalancerDimensions,
  'AWS/AutoScaling': ({ plan }) => [{ AutoScalingGroupName: plan.group.name }],
};

export const isCounter = (name: string): boolean => counters.has(name);

/** Whether a statistic of a figure can be known at all. */
export const isKnown = (name: string, statistic: string): boolean =>
  Object.hasOwn(measures, name) && (statistic === 'Average' || !averages.includes(name));

export const findMeasure = (name: string): Measure | undefined =>
  Object.hasOwn(measures, name) ? measures[name] : undefined;

/** Everything there may be a figure of now. */
export function listMetrics(fleet: Fleet): Metric[] {
  return Object.keys(measures).flatMap((full) => {
    const cut = full.lastIndexOf('/');
    const namespace = full.slice(0, cut);
    const of = subjects[namespace]?.(fleet) ?? [];
    return of.map((dimensions) => ({ namespace, name: full.slice(cut + 1), dimensions }));
  });
}
