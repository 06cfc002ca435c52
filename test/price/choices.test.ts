// What another choice would change: the difference of two estimates, and only choices that a config may make.
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { compareChoices } from '../../lib/price/choices';
import { estimate } from '../../lib/price/estimate';

const [dev, small, prod] = getStages() as [StageConfig, StageConfig, StageConfig];

const find = (config: StageConfig, knob: string, choice: string): number | undefined =>
  compareChoices(config).find((each) => each.knob === knob && each.choice === choice)?.differenceUsd;

const differenceOf = (changed: StageConfig, config: StageConfig): number =>
  Math.round((estimate(changed).monthlyUsd - estimate(config).monthlyUsd) * 100) / 100;

test('these choices are compared for prod', () => {
  expect(compareChoices(prod).map(({ knob, choice }) => `${knob}: ${choice}`)).toEqual([
    'clones.min: one more',
    'clones.instanceTypes: m6g.large',
    'clones.instanceTypes: m8g.large',
    'clones.instanceTypes: m7g.xlarge',
    'clones.spot: all but one',
    'network.nat: one',
    'network.nat: per-zone',
    'network.endpoints: one-zone',
    'waf: refused',
    'database.class: db.r7g.xlarge',
    'database.multiAz: refused',
    'database.replicas: one more',
    'database.insights: standard',
    'sessions.nodeType: cache.m7g.xlarge',
    'sessions.replicas: one more',
    'objects.nodeType: cache.r7g.xlarge',
    'objects.replicas: one more',
    'objects.engine: memcached',
  ]);
});

test.each<[string, string, StageConfig, StageConfig]>([
  ['clones.min', 'one more', small, { ...small, clones: { ...small.clones, min: 3 } }],
  ['waf', 'true', dev, { ...dev, waf: true }],
  ['database.multiAz', 'true', small, { ...small, database: { ...small.database, multiAz: true } }],
  ['database.insights', 'standard', prod, { ...prod, database: { ...prod.database, insights: 'standard' } }],
  ['sessions.replicas', 'one more', prod, { ...prod, sessions: { ...prod.sessions, replicas: 3 } }],
])('%s: %s is the difference of two estimates', (knob, choice, config, changed) => {
  expect(find(config, knob, choice)).toBe(differenceOf(changed, config));
});

test('going without costs less, and having it costs more', () => {
  for (const [config, choice, sign] of [
    [small, 'true', 1],
    [prod, 'refused', -1],
  ] as const) {
    expect(Math.sign(find(config, 'database.multiAz', choice) ?? 0)).toBe(sign);
  }
});

test('a fleet with Spot clones is compared with one without', () => {
  const spot: StageConfig = { ...prod, clones: { ...prod.clones, spot: { onDemandBase: 1, sharePercent: 100 } } };
  expect(find(spot, 'clones.spot', 'none')).toBe(-(find(prod, 'clones.spot', 'all but one') ?? 0));
  expect(find(spot, 'clones.spot', 'all but one')).toBeUndefined();
});

test('what a small class cannot have is not offered', () => {
  expect(find(dev, 'database.insights', 'advanced')).toBeUndefined();
  expect(find(small, 'database.insights', 'advanced')).toBeGreaterThan(0);
});

test('what the rules refuse is not offered', () => {
  const most: StageConfig = { ...prod, sessions: { ...prod.sessions, replicas: 5 } };
  expect(find(most, 'sessions.replicas', 'one more')).toBeUndefined();
  expect(find(most, 'objects.replicas', 'one more')).toBeGreaterThan(0);
});

test('objects in Memcached are compared with objects in Valkey, and have no copies to choose', () => {
  const objects: StageConfig['objects'] = { engine: 'memcached', nodeType: 'cache.t4g.micro' };
  const knobs = compareChoices({ ...dev, objects }).map(({ knob, choice }) => `${knob}: ${choice}`);
  expect(knobs.filter((knob) => knob.startsWith('objects'))).toEqual([
    'objects.nodeType: cache.t4g.small',
    'objects.engine: valkey',
  ]);
  expect(find({ ...dev, objects }, 'objects.engine', 'valkey')).toBe(
    -(find(dev, 'objects.engine', 'memcached') as number),
  );
});

test('there is nothing larger than the largest', () => {
  const largest: StageConfig = { ...prod, database: { ...prod.database, class: 'db.r7g.4xlarge' } };
  expect(compareChoices(largest).map(({ knob }) => knob)).not.toContain('database.class');
});

test('a network that was there before is nothing to choose', () => {
  const network = {
    vpcId: 'vpc-1',
    publicSubnetIds: ['subnet-1', 'subnet-2'],
    cloneSubnetIds: ['subnet-3', 'subnet-4'],
    dataSubnetIds: ['subnet-5', 'subnet-6'],
    cloneAddresses: 200,
    endpointsSecurityGroupId: 'sg-1',
  };
  expect(compareChoices({ ...small, network }).filter(({ knob }) => knob.startsWith('network'))).toEqual([]);
});
