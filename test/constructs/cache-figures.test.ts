// What is watched of a cache, by what it is for.
import { Alarms } from '../../lib/constructs/alarms';
import { cacheFigures } from '../../lib/constructs/cache-figures';
import { templateOf } from './built';

const idsOf = (purpose: 'sessions' | 'objects', nodeIds: string[]): string[] =>
  cacheFigures({ purpose, nodeIds }).map(({ id }) => id);

test('whatever could sign people out is watched of sessions', () => {
  expect(idsOf('sessions', ['one-001', 'one-002'])).toEqual([
    'SessionsEvictions',
    'SessionsMemory',
    'SessionsProcessor',
    'SessionsFailover',
  ]);
});

test('a full cache of objects is no alarm', () => {
  expect(idsOf('objects', ['two-001', 'two-002'])).toEqual(['ObjectsProcessor', 'ObjectsFailover']);
});

test('a single node cannot fail over', () => {
  expect(idsOf('objects', ['two-001'])).toEqual(['ObjectsProcessor']);
});

test('a failover from any node to any other is seen', () => {
  const [failover] = cacheFigures({ purpose: 'objects', nodeIds: ['a', 'b', 'c'] }).filter(
    ({ id }) => id === 'ObjectsFailover',
  );
  expect(failover?.metric.toMetricConfig().mathExpression?.expression).toBe(
    'ABS(DIFF(node1)) + ABS(DIFF(node2)) + ABS(DIFF(node3))',
  );
});

test('one session thrown out by any node is an alarm', () => {
  const template = templateOf(
    (stack) => new Alarms(stack, 'Alarms', { figures: cacheFigures({ purpose: 'sessions', nodeIds: ['a-1', 'a-2'] }) }),
  );
  const [evictions] = Object.values(template.findResources('AWS::CloudWatch::Alarm')).filter(({ Properties }) =>
    Properties.AlarmDescription.startsWith('Sessions thrown out'),
  );
  expect(evictions?.Properties).toMatchObject({ Threshold: 0, DatapointsToAlarm: 1, EvaluationPeriods: 1 });
  const nodes = evictions?.Properties.Metrics.filter((metric: { MetricStat?: unknown }) => metric.MetricStat).map(
    (metric: { MetricStat: { Metric: { Dimensions: { Value: string }[]; MetricName: string }; Stat: string } }) => [
      metric.MetricStat.Metric.MetricName,
      metric.MetricStat.Metric.Dimensions[0]?.Value,
      metric.MetricStat.Stat,
    ],
  );
  expect(nodes).toEqual([
    ['Evictions', 'a-1', 'Sum'],
    ['Evictions', 'a-2', 'Sum'],
  ]);
});
