// What a month of each stage costs, and which knob changes what of it.
import { OperatorError } from '../../lib/config/operator-error';
import type { NewNetwork, StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type Estimate, estimate, type Line } from '../../lib/price/estimate';

const getStage = (name: StageConfig['stage']): StageConfig => getStages(name)[0] as StageConfig;
const small = getStage('small');
const network = small.network as NewNetwork;
const refusal = { refusedBecause: 'not needed in this test' };

const sumByKnob = ({ lines }: Estimate): Map<string | null, number> => {
  const sums = new Map<string | null, number>();
  for (const { knob, monthlyUsd } of lines) sums.set(knob, (sums.get(knob) ?? 0) + monthlyUsd);
  return sums;
};

const findLine = (config: StageConfig, what: string): Line | undefined =>
  estimate(config).lines.find((line) => line.what === what);

test('the stages cost this much a month', () => {
  const totals = Object.fromEntries(getStages().map((config) => [config.stage, estimate(config).monthlyUsd]));
  expect(totals).toEqual({ dev: 211.54, small: 402.64, prod: 2094.81 });
});

describe.each(getStages().map((config) => [config.stage, config] as const))('of %s', (_, config) => {
  const { lines, monthlyUsd } = estimate(config);

  test('the total is the sum of the lines', () => {
    expect(monthlyUsd).toBeCloseTo(
      lines.reduce((sum, line) => sum + line.monthlyUsd, 0),
      6,
    );
  });

  test('every line is its count times its price, by the hour times the hours, in cents', () => {
    for (const { count, unitUsd, per, hours, monthlyUsd: usd } of lines) {
      expect(hours).toBe(per === 'hour' ? 730 : null);
      expect(Math.abs(usd - count * unitUsd * (hours ?? 1))).toBeLessThanOrEqual(0.005 + 1e-9);
    }
  });

  test('no line is of nothing, and none is told twice', () => {
    expect(lines.filter(({ count }) => !(count > 0))).toEqual([]);
    expect(new Set(lines.map(({ knob, what }) => `${knob} ${what}`)).size).toBe(lines.length);
  });

  test('every knob it names is a value of the config', () => {
    for (const { knob } of lines) {
      const value = knob?.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], config);
      if (knob !== null) expect([knob, value]).not.toEqual([knob, undefined]);
    }
  });
});

const withClones = (changes: Partial<StageConfig['clones']>): StageConfig => ({
  ...small,
  clones: { ...small.clones, ...changes },
});
const withDatabase = (changes: Partial<StageConfig['database']>): StageConfig => ({
  ...small,
  database: { ...small.database, ...changes },
});
const withMemcached: StageConfig = { ...small, objects: { engine: 'memcached', nodeType: 'cache.t4g.small' } };
const ofClones = ['clones.instanceTypes', 'clones.min'];

test.each<[string, StageConfig, (string | null)[]]>([
  ['clones.min', withClones({ min: 3 }), ofClones],
  ['clones.instanceTypes', withClones({ instanceTypes: ['t4g.large'] }), ['clones.instanceTypes']],
  [
    'clones.spot',
    withClones({ spot: { onDemandBase: 1, sharePercent: 100 } }),
    ['clones.instanceTypes', 'clones.spot'],
  ],
  ['network.nat: per-zone', { ...small, network: { ...network, nat: 'per-zone' } }, ['network.nat']],
  // Baking needs two endpoints more where there is no other way out.
  ['network.nat: none', { ...small, network: { ...network, nat: 'none' } }, ['network.endpoints', 'network.nat']],
  ['network.endpoints', { ...small, network: { ...network, endpoints: 'every-zone' } }, ['network.endpoints']],
  ['zones', { ...small, zones: ['a', 'b', 'c'] }, ['zones']],
  ['waf', { ...small, waf: refusal }, ['waf']],
  ['database.class', withDatabase({ class: 'db.m7g.large' }), ['database.class', 'database.replicas']],
  ['database.replicas.0.class', withDatabase({ replicas: [{ class: 'db.t4g.small' }] }), ['database.replicas']],
  ['database.replicas', withDatabase({ replicas: [] }), [null, 'database.backupDays', 'database.replicas']],
  [
    'database.storageGiB',
    withDatabase({ storageGiB: 100 }),
    ['database.backupDays', 'database.replicas', 'database.storageGiB'],
  ],
  ['database.backupDays', withDatabase({ backupDays: 14 }), ['database.backupDays']],
  ['database.multiAz', withDatabase({ multiAz: true }), ['database.multiAz']],
  ['database.insights', withDatabase({ insights: 'advanced' }), ['database.insights']],
  [
    'sessions.nodeType',
    { ...small, sessions: { ...small.sessions, nodeType: 'cache.m7g.large' } },
    ['sessions.nodeType', 'sessions.replicas'],
  ],
  ['sessions.replicas', { ...small, sessions: { ...small.sessions, replicas: 2 } }, [null, 'sessions.replicas']],
  ['objects.nodeType', { ...small, objects: { ...small.objects, nodeType: 'cache.r7g.large' } }, ['objects.nodeType']],
  [
    'objects.replicas',
    {
      ...small,
      objects: { engine: 'valkey', nodeType: 'cache.t4g.small', replicas: 1, evictionPolicy: 'allkeys-lru' },
    },
    [null, 'objects.replicas'],
  ],
  // Another price, and more figures under alarm.
  ['objects.engine', withMemcached, [null, 'objects.nodeType']],
  ['clones.max', withClones({ max: 12 }), []],
  ['clones.predictive', withClones({ predictive: 'scale' }), []],
  ['deletionProtection', { ...small, deletionProtection: refusal }, []],
  ['alarms', { ...small, alarms: refusal }, []],
  ['sessions.durability', { ...small, sessions: { ...small.sessions, durability: 'async' } }, []],
])('%s changes the lines of these knobs, and no others', (_, changed, knobs) => {
  const before = sumByKnob(estimate(small));
  const after = sumByKnob(estimate(changed));
  const different = [...new Set([...before.keys(), ...after.keys()])].filter(
    (knob) => before.get(knob) !== after.get(knob),
  );
  expect(different.sort()).toEqual([...knobs].sort());
});

test('Memcached costs a quarter more than Valkey on the same node, and has one', () => {
  const ofObjects = ({ lines }: Estimate) => lines.filter(({ knob }) => knob?.startsWith('objects'));
  const [valkey] = ofObjects(estimate(small)) as [Line];
  const [memcached, ...others] = ofObjects(estimate(withMemcached)) as [Line];
  expect(others).toEqual([]);
  expect(memcached).toMatchObject({ what: 'objects cache, cache.t4g.small', count: 1, isVerified: false });
  expect(memcached.unitUsd / valkey.unitUsd).toBeCloseTo(1.25, 3);
});

test('a standby costs what its primary costs, its disk too', () => {
  const { lines } = estimate(withDatabase({ multiAz: true }));
  const usdOf = (what: string): number | undefined => lines.find((line) => line.what === what)?.monthlyUsd;
  expect(usdOf('standby, db.t4g.medium')).toBe(usdOf('primary, db.t4g.medium'));
  expect(usdOf('GB of the standby')).toBe(usdOf('GB of the primary'));
});

test.each([
  [{ onDemandBase: 1, sharePercent: 100 }, 4, 1],
  [{ onDemandBase: 1, sharePercent: 50 }, 2, 3],
  [{ onDemandBase: 2, sharePercent: 50 }, 1, 4],
  [{ onDemandBase: 9, sharePercent: 100 }, undefined, 5],
])('of five clones with %j, %s are on Spot and %i on demand', (spot, spots, onDemand) => {
  const config = withClones({ min: 5, max: 10, spot });
  expect(findLine(config, 'clones on Spot, t4g.medium')?.count).toBe(spots);
  expect(findLine(config, 'clones, t4g.medium')?.count).toBe(onDemand);
});

test('endpoints for baking images are counted where there is no NAT gateway', () => {
  const countWith = (changes: Partial<NewNetwork>): number | undefined =>
    findLine({ ...small, network: { ...network, ...changes } }, 'endpoints of the API of AWS')?.count;
  expect(countWith({ nat: 'one', endpoints: 'one-zone' })).toBe(5);
  expect(countWith({ nat: 'none', endpoints: 'one-zone' })).toBe(7);
  expect(countWith({ nat: 'none', endpoints: 'every-zone' })).toBe(12);
});

test('a network that was there before is not on the bill of the stage', () => {
  const existing: StageConfig = {
    ...small,
    network: {
      vpcId: 'vpc-1',
      publicSubnetIds: ['subnet-1', 'subnet-2'],
      cloneSubnetIds: ['subnet-3', 'subnet-4'],
      dataSubnetIds: ['subnet-5', 'subnet-6'],
      cloneAddresses: 200,
      endpointsSecurityGroupId: 'sg-1',
    },
  };
  expect(estimate(existing).lines.filter(({ knob }) => knob?.startsWith('network'))).toEqual([]);
});

test.each<[string, StageConfig, string]>([
  [
    'a region that the table is not of',
    { ...small, region: 'us-east-1' },
    'region must be eu-central-1: the price table is of no other; got: "us-east-1"; change lib/price/table.ts',
  ],
  [
    'an instance type without a price',
    withClones({ instanceTypes: ['m9g.large'] }),
    'clones.instanceTypes.0 must have a price in eu-central-1; got: "m9g.large"; add it to lib/price/table.ts',
  ],
  [
    'a database class without a price',
    withDatabase({ class: 'db.r9g.large' }),
    'database.class must have a price in eu-central-1; got: "db.r9g.large"; add it to lib/price/table.ts',
  ],
  [
    'a class of a replica without a price',
    withDatabase({ replicas: [{}, { class: 'db.r9g.large' }] }),
    'database.replicas.1.class must have a price in eu-central-1; got: "db.r9g.large"; add it to lib/price/table.ts',
  ],
  [
    'a cache node type without a price',
    { ...small, objects: { ...small.objects, nodeType: 'cache.r9g.large' } },
    'objects.nodeType must have a price in eu-central-1; got: "cache.r9g.large"; add it to lib/price/table.ts',
  ],
])('%s is refused', (_, config, message) => {
  expect(() => estimate(config)).toThrow(new OperatorError(message));
});
