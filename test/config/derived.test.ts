// Numbers that follow from others, and the inequalities they exist for.
import { derive } from '../../lib/config/derived';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';

const dev = getStages('dev')[0] as StageConfig;

test('the numbers of prod are these', () => {
  expect(derive(getStages('prod')[0] as StageConfig)).toMatchObject({
    rollMinPercent: 100,
    rollMaxPercent: 134,
    rollSeconds: { atMin: 2400, atMax: 2400 },
    surge: 17,
    maxConnections: 1228,
    poolSize: 10,
  });
});

describe.each(getStages().map((config) => [config.stage, config] as const))('in %s', (_, config) => {
  const derived = derive(config);

  test('a roll of the smallest fleet may launch a clone, and CloudFormation takes the percentages', () => {
    const extra = Math.floor((config.clones.min * (derived.rollMaxPercent - 100)) / 100);
    expect(extra).toBeGreaterThanOrEqual(1);
    expect(derived.rollMaxPercent - derived.rollMinPercent).toBeLessThanOrEqual(100);
  });

  test('all clones of a group that rolls leave a fifth of the connections free', () => {
    expect(derived.poolSize).toBeGreaterThanOrEqual(2);
    expect(derived.surge * derived.poolSize).toBeLessThanOrEqual(derived.maxConnections * 0.8);
  });
});

test('a single clone is rolled by doubling', () => {
  expect(derive({ ...dev, clones: { ...dev.clones, min: 1 } }).rollMaxPercent).toBe(200);
});

test('a smaller replica takes the whole stage down to its connections', () => {
  const replicas = [{ class: 'db.t4g.micro' }];
  const large = { ...dev, database: { ...dev.database, class: 'db.r7g.large', replicas } };
  expect(derive(large).maxConnections).toBe(derive(dev).maxConnections);
});

test('waits of a roll count once each', () => {
  const withWaits = { checkpoints: [50, 100], checkpointSeconds: 60, bakeSeconds: 30, alarms: true as const };
  const { atMin } = derive(dev).rollSeconds;
  expect(derive({ ...dev, clones: { ...dev.clones, roll: withWaits } }).rollSeconds.atMin).toBe(atMin + 150);
});
