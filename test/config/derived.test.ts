// Numbers that follow from others, and the inequalities they exist for.
import { derive } from '../../lib/config/derived';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';

const dev = getStages('dev')[0] as StageConfig;

test('the numbers of dev are these', () => {
  expect(derive(dev)).toEqual({
    healthySeconds: 12,
    drainSeconds: 12,
    keepAliveSeconds: 72,
    readyHookSeconds: 120,
    graceSeconds: 42,
    warmUpSeconds: 12,
    rollMinPercent: 100,
    rollMaxPercent: 150,
  });
});

describe.each(getStages().map((config) => [config.stage, config] as const))('in %s', (_, config) => {
  const derived = derive(config);
  const { intervalSeconds, timeoutSeconds, unhealthyThreshold } = config.healthCheck;

  test('a clone outlives the load balancer’s idle connections', () => {
    expect(derived.keepAliveSeconds).toBeGreaterThan(config.idleTimeoutSeconds);
  });

  test('a clone answers until the load balancer has surely left it', () => {
    expect(derived.drainSeconds).toBeGreaterThanOrEqual(intervalSeconds * unhealthyThreshold + timeoutSeconds);
  });

  test('a new clone has time to be found healthy before it can be killed', () => {
    expect(derived.graceSeconds).toBeGreaterThan(derived.healthySeconds);
  });

  test('a roll goes on only after the load balancer can have found the clone healthy', () => {
    expect(derived.warmUpSeconds).toBeGreaterThanOrEqual(derived.healthySeconds);
  });

  test('a roll of the smallest fleet may launch a clone, and CloudFormation takes the percentages', () => {
    const extra = Math.floor((config.clones.min * (derived.rollMaxPercent - 100)) / 100);
    expect(extra).toBeGreaterThanOrEqual(1);
    expect(derived.rollMaxPercent - derived.rollMinPercent).toBeLessThanOrEqual(100);
  });
});

test('a single clone is rolled by doubling', () => {
  expect(derive({ ...dev, clones: { ...dev.clones, min: 1 } }).rollMaxPercent).toBe(200);
});
