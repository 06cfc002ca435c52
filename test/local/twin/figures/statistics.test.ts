// Statistics of what was measured in a period.
import { isStatistic, toSeries } from '../../../../lib/local/twin/figures/statistics';

const minute = 60_000;
const samples = [
  { at: 10_000, value: 4 },
  { at: 20_000, value: 1 },
  { at: 59_999, value: 1 },
  { at: 3 * minute, value: 7 },
];

test.each([
  ['Sum', 6, 7],
  ['Average', 2, 7],
  ['Minimum', 1, 7],
  ['Maximum', 4, 7],
  ['SampleCount', 3, 1],
  ['p50', 1, 7],
  ['p99', 4, 7],
])('%s of each minute, none for one in which nothing was measured', (statistic, first, fourth) => {
  expect([...toSeries(samples, 60, statistic)]).toEqual([
    [0, first],
    [3 * minute, fourth],
  ]);
});

test('a longer period has what is in all its minutes', () => {
  expect([...toSeries(samples, 300, 'Sum')]).toEqual([[0, 13]]);
});

test('what CloudWatch has no statistic for is none', () => {
  expect(['Sum', 'p99', 'p99.9', 'p100'].every(isStatistic)).toBe(true);
  expect(['sum', 'p', 'p101', 'tm90', 'toString'].some(isStatistic)).toBe(false);
});
