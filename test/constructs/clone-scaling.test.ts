// How many clones there are.
import { deriveReadiness } from '../../lib/config/readiness';
import {
  buildGroup,
  expectRefused,
  groupOf,
  type Refused,
  scalingPoliciesOf,
  scheduleOf,
  wholeFrom,
} from './built-group';

const morning = { name: 'morning', cron: '0 7 * * 1-5', min: 3 };

test('how many clones there are is not the template’s to say, nor a schedule’s', () => {
  const template = buildGroup({ schedule: [morning] });
  expect(groupOf(template).Properties).not.toHaveProperty('DesiredCapacity');
  expect(scheduleOf(template)).toEqual([
    { AutoScalingGroupName: { Ref: expect.stringMatching(/^ClonesGroup/) }, MinSize: 3, Recurrence: '0 7 * * 1-5' },
  ]);
});

test('a deploy leaves what a schedule has changed', () => {
  expect(groupOf(buildGroup({ schedule: [morning] })).UpdatePolicy.AutoScalingScheduledAction).toEqual({
    IgnoreUnmodifiedGroupSizeProperties: true,
  });
});

test('a forecast is only looked at until it is told to scale, and launches ahead of the hour', () => {
  expect(scalingPoliciesOf(buildGroup({ predictive: 'off' }))).toHaveLength(1);
  const forecast = scalingPoliciesOf(buildGroup({ predictive: 'forecast', cpuPercent: 40 })).at(-1);
  expect(forecast?.PredictiveScalingConfiguration).toEqual({
    Mode: 'ForecastOnly',
    MaxCapacityBreachBehavior: 'HonorMaxCapacity',
    SchedulingBufferTime: 205,
    MetricSpecifications: [
      { TargetValue: 40, PredefinedMetricPairSpecification: { PredefinedMetricType: 'ASGCPUUtilization' } },
    ],
  });
});

test('it launches at most an hour ahead, as AWS allows, however slow clones are', () => {
  const slow = scalingPoliciesOf(buildGroup({ predictive: 'scale', readiness: deriveReadiness(7200) })).at(-1);
  expect(slow?.PredictiveScalingConfiguration.SchedulingBufferTime).toBe(3600);
});

test.each<Refused>([
  ...[0, 101].map(
    (cpuPercent): Refused => [{ cpuPercent }, `cpuPercent ${wholeFrom(1, 100)}; got: ${cpuPercent}; use 40 to 70`],
  ),
  [
    { requestsPerMinute: 0 },
    'requestsPerMinute must be a whole number, at least 1; got: 0; use what one clone serves well',
  ],
  ...['1st', 'a/b', ''].map(
    (name): Refused => [
      { schedule: [{ ...morning, name }] },
      `schedule.0.name must be letters, digits and hyphens, begin with a letter, and be used once; got: "${name}"; name it like morning`,
    ],
  ),
  [
    { schedule: [morning, morning] },
    'schedule.1.name must be letters, digits and hyphens, begin with a letter, and be used once; got: "morning"; name it like morning',
  ],
  [
    { schedule: [{ ...morning, cron: '0 7 * * ? *' }] },
    `schedule.0.cron must be a cron expression of five fields; got: "0 7 * * ? *"; write it like '0 7 * * 1-5', in UTC`,
  ],
  ...[1, 5].map(
    (min): Refused => [
      { schedule: [{ ...morning, min }] },
      `schedule.0.min ${wholeFrom(2, 4)}; got: ${min}; stay between min and max, or change them`,
    ],
  ),
])('%j is refused', expectRefused);
