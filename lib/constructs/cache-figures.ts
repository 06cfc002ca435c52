// What is watched of a cache: for sessions whatever could sign people out, for objects whatever makes them slow.
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { CachePurpose } from '../config/names';
import type { Figure } from './figure';

export interface CacheFiguresProps {
  readonly purpose: CachePurpose;
  /** Ids of the cache's nodes, the first primary first. */
  readonly nodeIds: readonly string[];
}

const period = Duration.minutes(1);

export const cacheFigures = ({ purpose, nodeIds }: CacheFiguresProps): Figure[] => {
  const name = purpose === 'sessions' ? 'Sessions' : 'Objects';
  const metric = (node: string, metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      dimensionsMap: { CacheClusterId: node },
      period,
      statistic,
      label: node,
    });
  /** The worst of all nodes: which of them is primary changes. */
  const worst = (metricName: string, statistic: string): IMetric => {
    const [only, ...others] = nodeIds.map((node) => metric(node, metricName, statistic));
    if (only && others.length === 0) return only;
    return new MathExpression({
      expression: 'MAX(METRICS())',
      usingMetrics: Object.fromEntries(nodeIds.map((node, i) => [`node${i + 1}`, metric(node, metricName, statistic)])),
      period,
      label: metricName,
    });
  };
  const processor: Figure = {
    id: `${name}Processor`,
    title: `Processor of the ${purpose} cache, percent`,
    metric: worst('EngineCPUUtilization', Stats.MAXIMUM),
    threshold: 90,
    periods: [15, 15],
    whatToDo: `One thread answers all: use a larger ${purpose}.nodeType, after a look for commands that walk over every key.`,
  };
  const primaries = Object.fromEntries(
    nodeIds.map((node, i) => [`node${i + 1}`, metric(node, 'IsMaster', Stats.MAXIMUM)]),
  );
  const failover: Figure[] =
    nodeIds.length === 1
      ? []
      : [
          {
            id: `${name}Failover`,
            title: `Failovers of the ${purpose} cache`,
            // A node became primary, or is not any more.
            metric: new MathExpression({
              expression: Object.keys(primaries)
                .map((node) => `ABS(DIFF(${node}))`)
                .join(' + '),
              usingMetrics: primaries,
              period,
              label: 'failovers',
            }),
            threshold: 0,
            periods: [1, 1],
            whatToDo:
              'Clones find the new primary by themselves within seconds. Read the events of the cache for the reason.',
          },
        ];
  // A full cache of objects is one that works: what goes is what nobody asked for.
  if (purpose === 'objects') return [processor, ...failover];
  return [
    {
      id: 'SessionsEvictions',
      title: 'Sessions thrown out of memory',
      metric: worst('Evictions', Stats.SUM),
      threshold: 0,
      periods: [1, 1],
      whatToDo: 'People are signed out: set maxmemory-policy back to noeviction, then use a larger sessions.nodeType.',
    },
    {
      id: 'SessionsMemory',
      title: 'Memory of the sessions cache, percent',
      metric: worst('DatabaseMemoryUsagePercentage', Stats.MAXIMUM),
      threshold: 80,
      whatToDo:
        'When it is full nobody can sign in: use a larger sessions.nodeType today, it is one word and happens online.',
    },
    processor,
    ...failover,
  ];
};
