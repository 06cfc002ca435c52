// What is watched of a Memcached cache of objects: whatever makes it slow, or of little use.
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Figure } from './figure';

export interface MemcachedFiguresProps {
  /** Id of the node's cluster. */
  readonly nodeId: string;
}

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html */
export const memcachedFigures = ({ nodeId }: MemcachedFiguresProps): Figure[] => {
  const metric = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      dimensionsMap: { CacheClusterId: nodeId },
      period: Duration.minutes(1),
      statistic,
      label: nodeId,
    });
  return [
    {
      id: 'ObjectsProcessor',
      title: 'Processor of the objects cache, percent',
      metric: metric('CPUUtilization', Stats.MAXIMUM),
      threshold: 90,
      periods: [15, 15],
      whatToDo: 'All of its processors are busy: use a larger objects.nodeType. It starts empty.',
    },
    {
      // A full cache of objects is one that works. One that throws out this much holds nothing long enough to be asked for.
      id: 'ObjectsEvictions',
      title: 'Objects thrown out of memory, a minute',
      metric: metric('Evictions', Stats.SUM),
      threshold: 10_000,
      periods: [15, 15],
      whatToDo:
        'It is too small for what people read, so the database is asked instead: use a larger objects.nodeType.',
    },
    {
      id: 'ObjectsSwap',
      title: 'Swap of the objects cache, bytes',
      metric: metric('SwapUsage', Stats.MAXIMUM),
      // AWS's own bound.
      threshold: 50 * 2 ** 20,
      periods: [15, 15],
      whatToDo: 'Its objects leave too little memory for connections: raise memcached_connections_overhead.',
    },
    {
      id: 'ObjectsConnections',
      title: 'Connections to the objects cache',
      metric: metric('CurrConnections', Stats.MAXIMUM),
      // Beyond 65,000 it lets nobody in; clones have a handful each.
      threshold: 10_000,
      whatToDo: 'Some clone opens connections and closes none: look for the release that began it, and roll back.',
    },
  ];
};
