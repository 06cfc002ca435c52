// The expressions of the templates' alarms, and those that CloudWatch would refuse.
import { readExpression } from '../../../../lib/local/twin/figures/expression';
import type { Series } from '../../../../lib/local/twin/figures/statistics';

const series = (...values: (number | undefined)[]): Series =>
  new Map(values.flatMap((value, at): [number, number][] => (value === undefined ? [] : [[at, value]])));

const evaluate = (expression: string, named: Record<string, Series>): [number, number][] => [
  ...readExpression(expression)({ find: (id) => named[id], metrics: Object.values(named) }),
];

test.each<[string, Record<string, Series>, [number, number][]]>([
  [
    'IF(requests > 50, 100 * errors / requests, 0)',
    { requests: series(100, 50, 200), errors: series(5, 50, 1) },
    [
      [0, 5],
      [1, 0],
      [2, 0.5],
    ],
  ],
  [
    'IF(lag < 0, 86400, lag)',
    { lag: series(-1, 3) },
    [
      [0, 86400],
      [1, 3],
    ],
  ],
  [
    'ABS(DIFF(a)) + ABS(DIFF(b))',
    { a: series(1, 0, 0), b: series(0, 1, 1) },
    [
      [1, 2],
      [2, 0],
    ],
  ],
  [
    'MAX(METRICS())',
    { a: series(1, 5), b: series(2, undefined, 7) },
    [
      [0, 2],
      [1, 5],
      [2, 7],
    ],
  ],
  ['SUM(METRICS())', { a: series(1), b: series(2) }, [[0, 3]]],
  ['(a + 2) * -b - 1', { a: series(1), b: series(2) }, [[0, -7]]],
  ['2 + 3 * a', { a: series(4) }, [[0, 14]]],
  ['a - b - b', { a: series(9), b: series(2) }, [[0, 5]]],
])('%s', (expression, named, points) => {
  expect(evaluate(expression, named)).toEqual(points);
});

test('a period in which one of the metrics has no value, or that would divide by 0, has none', () => {
  expect(evaluate('a / b', { a: series(1, 1, 4), b: series(undefined, 0, 2) })).toEqual([[2, 2]]);
});

test.each([
  ['a +', 'the end'],
  ['a b', 'Unexpected: b'],
  ['(a', "')' is wanted"],
  ['ANOMALY_DETECTION_BAND(a)', 'Unexpected: ANOMALY_DETECTION_BAND'],
  ['RATE(a)', 'RATE'],
  ['IF(a, 1)', 'IF takes 3 arguments, got: 2'],
  ['none', 'Undefined variable: none'],
  ['7', 'must give one time series'],
  ['METRICS()', 'must give one time series'],
  ['constructor', 'Undefined variable'],
])('%s is refused', (expression, message) => {
  expect(() => evaluate(expression, Object.assign(Object.create(null), { a: series(1) }))).toThrow(message);
});
