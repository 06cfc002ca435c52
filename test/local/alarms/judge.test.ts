// The state of an alarm from its last periods, the tables of CloudWatch's manual among them.
import { judge } from '../../../lib/local/alarms/judge';
import type { AlarmPlan } from '../../../lib/local/plan/alarms';

const minute = 60_000;
const now = 100 * minute + 5000;

const plan = (over: Partial<AlarmPlan>): AlarmPlan => ({
  name: 'alarm',
  queries: [],
  isExpression: false,
  periodSeconds: 60,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 10,
  comparison: 'GreaterThanThreshold',
  missing: 'missing',
  actions: { alarm: [], ok: [] },
  ...over,
});

/** Oldest first, as the manual writes them: X is bad, 0 is good, - is missing. The last is the newest period that is over. */
const series = (text: string): Map<number, number> => {
  const marks = text.split(' ');
  return new Map(
    marks.flatMap((mark, index): [number, number][] =>
      mark === '-' ? [] : [[(100 - marks.length + index) * minute, mark === 'X' ? 11 : 10]],
    ),
  );
};

const stateOf = (text: string, over: Partial<AlarmPlan>) => judge(plan(over), series(text), now, 0)?.state;

const none = 'INSUFFICIENT_DATA';

describe('three of three', () => {
  test.each<[string, string, string | undefined, string, string]>([
    ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', none, undefined, 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', undefined, 'ALARM', 'OK'],
    ['- - - - X', 'OK', undefined, 'ALARM', 'OK'],
    ['0 0 X X X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['X X X X 0', 'OK', 'OK', 'OK', 'OK'],
  ])('%s', (text, missing, ignore, breaching, notBreaching) => {
    const found = ['missing', 'ignore', 'breaching', 'notBreaching'].map((one) => stateOf(text, { missing: one }));
    expect(found).toEqual([missing, ignore, breaching, notBreaching]);
  });
});

test('of so many periods so many must be bad', () => {
  const threeOfFive = { evaluationPeriods: 5, datapointsToAlarm: 3, missing: 'notBreaching' };
  expect(stateOf('X 0 X 0 X', threeOfFive)).toBe('ALARM');
  expect(stateOf('X 0 X 0 0', threeOfFive)).toBe('OK');
  expect(stateOf('- - X X X', threeOfFive)).toBe('ALARM');
});

test.each([
  ['GreaterThanThreshold', 'OK'],
  ['GreaterThanOrEqualToThreshold', 'ALARM'],
  ['LessThanThreshold', 'OK'],
  ['LessThanOrEqualToThreshold', 'ALARM'],
])('at the threshold, %s is %s', (comparison, state) => {
  expect(stateOf('0 0 0', { comparison })).toBe(state);
});

test('a period that is not over does not count, and one before anybody looked is not missing', () => {
  const unfinished = new Map([[100 * minute, 11]]);
  const one = plan({ evaluationPeriods: 1, datapointsToAlarm: 1, missing: 'breaching' });
  expect(judge(one, unfinished, now, 100 * minute)).toBeUndefined();
  expect(judge(one, unfinished, now + minute, 100 * minute)?.state).toBe('ALARM');
});

test('the reason says what was received and what would make an alarm', () => {
  expect(judge(plan({}), series('X X X'), now, 0)).toEqual({
    state: 'ALARM',
    reason:
      'Threshold Crossed: 3 datapoints [11, 11, 11] for 3 periods; 3 were greater than the threshold (10), 3 make an alarm.',
    recent: [11, 11, 11],
  });
});
