// How a group replaces its clones when their template changes.
import type { Stack } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { templateOf } from './built';
import { buildGroup, expectRefused, groupOf, makeGroup, type Refused, refreshOf, wholeFrom } from './built-group';

const metric = new Metric({ namespace: 'Test', metricName: 'Errors' });
const toAlarm = (stack: Stack, id: string) => new Alarm(stack, id, { metric, threshold: 1, evaluationPeriods: 1 });
const withAlarms = (...ids: string[]) =>
  templateOf((stack) => {
    const group = makeGroup(stack);
    for (const id of ids) group.rollBackOn(toAlarm(stack, id));
  });

test('a roll never has fewer clones than it should, launches before it terminates, and leaves what matches', () => {
  expect(refreshOf(buildGroup())).toEqual({
    Strategy: 'Rolling',
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 150,
      InstanceWarmup: 25,
      SkipMatching: true,
      BakeTime: 0,
    },
  });
});

test.each([
  [1, 2, 200],
  [2, 4, 150],
  [3, 6, 134],
  [150, 200, 101],
])('of at least %d clones, at most %d, a roll may have %d percent: room for one more', (min, max, percent) => {
  expect(refreshOf(buildGroup({ min, max })).Preferences.MaxHealthyPercentage).toBe(percent);
});

test('nothing waits for a signal that a roll would not wait for', () => {
  expect(groupOf(buildGroup())).not.toHaveProperty('CreationPolicy');
});

test('a roll without checkpoints has no delay at them', () => {
  const { Preferences } = refreshOf(
    buildGroup({ roll: { checkpoints: [], checkpointSeconds: 300, bakeSeconds: 172_800 } }),
  );
  expect(Preferences).not.toHaveProperty('CheckpointPercentages');
  expect(Preferences).not.toHaveProperty('CheckpointDelay');
  expect(Preferences.BakeTime).toBe(172_800);
});

const roll = { checkpoints: [], checkpointSeconds: 0, bakeSeconds: 0 };

test.each<Refused>([
  ...[[50, 34, 100], [50], [50, 50, 100], [0, 100], [33.3, 100], [50, 101]].map(
    (checkpoints): Refused => [
      { roll: { ...roll, checkpoints } },
      `roll.checkpoints must be ascending percents that end with 100: a roll that ends before leaves two kinds of clones; got: ${JSON.stringify(checkpoints)}; write them like [34, 100]`,
    ],
  ),
  ...(['checkpointSeconds', 'bakeSeconds'] as const).flatMap((prop) =>
    [-1, 172_801].map(
      (seconds): Refused => [
        { roll: { ...roll, [prop]: seconds } },
        `roll.${prop} ${wholeFrom(0, 172_800)}; got: ${seconds}; wait for two days at most`,
      ],
    ),
  ),
])('%j is refused', expectRefused);

test('alarms end a roll, and leave how it goes as it is', () => {
  const [without, withTwo] = [refreshOf(buildGroup()), refreshOf(withAlarms('Errors', 'Slow'))];
  expect(withTwo).toEqual({
    ...without,
    Preferences: {
      ...without.Preferences,
      AlarmSpecification: {
        Alarms: [{ Ref: expect.stringMatching(/^Errors/) }, { Ref: expect.stringMatching(/^Slow/) }],
      },
    },
  });
});

test('ten alarms may end a roll, eleven are refused', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `Alarm${i}`);
  expect(refreshOf(withAlarms(...ids(10))).Preferences.AlarmSpecification.Alarms).toHaveLength(10);
  expect(() => withAlarms(...ids(11))).toThrow(
    new Error(
      'Test/Clones.rollBackOn must be given at most 10 alarms; got: 11; combine some of them in a composite alarm',
    ),
  );
});
