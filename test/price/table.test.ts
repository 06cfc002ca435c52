// Every type that a config may name has a price, and no price is a slip of the finger.
import { cacheNodeTypes, cloneFamilies, databaseClasses, findArchitecture } from '../../lib/config/node-types';
import {
  cacheNodePrices,
  databaseClassPrices,
  databaseProcessors,
  getPrice,
  instanceTypePrices,
  isVerified,
  memcachedNodePrices,
  prices,
  sources,
} from '../../lib/price/table';

const tables = { instanceTypePrices, databaseClassPrices, cacheNodePrices, memcachedNodePrices };

test('every instance type that a clone may be of has a price, and no other', () => {
  const sizes = [
    'nano',
    'micro',
    'small',
    'medium',
    'large',
    'xlarge',
    ...[2, 4, 8, 12, 16, 24].map((n) => `${n}xlarge`),
  ];
  const accepted = Object.keys(cloneFamilies)
    .flatMap((family) => sizes.map((size) => `${family}.${size}`))
    .filter((type) => findArchitecture(type) !== undefined);
  expect(Object.keys(instanceTypePrices).sort()).toEqual(accepted.sort());
});

test.each([
  ['database class', databaseClasses, databaseClassPrices],
  ['cache node type', cacheNodeTypes, cacheNodePrices],
  ['node type of Memcached', cacheNodeTypes, memcachedNodePrices],
])('every %s that a config may name has a price, and no other', (_, accepted, priced) => {
  expect(Object.keys(priced).sort()).toEqual(Object.keys(accepted).sort());
});

test.each(Object.entries(tables))('a size costs twice what the one before it costs: %s', (_, table) => {
  for (const family of new Set(Object.keys(table).map((name) => name.slice(0, name.lastIndexOf('.'))))) {
    const usds = Object.entries(table)
      .filter(([name]) => name.startsWith(`${family}.`))
      .map(([, { usd }]) => usd);
    for (const [i, usd] of usds.slice(1).entries()) {
      expect(usd / (usds[i] as number)).toBeGreaterThan(1.94);
      expect(usd / (usds[i] as number)).toBeLessThan(2.06);
    }
  }
});

test.each([
  ['db.t4g.micro', 2],
  ['db.t4g.large', 2],
  ['db.r7g.large', 2],
  ['db.r7g.xlarge', 4],
  ['db.m7g.2xlarge', 8],
  ['db.m7g.4xlarge', 16],
])('%s has %i virtual processors', (name, processors) => {
  expect(databaseProcessors[name]).toBe(processors);
});

test('these prices could not be verified, and no others', () => {
  const all = Object.entries({ ...instanceTypePrices, ...databaseClassPrices, ...cacheNodePrices, ...prices });
  expect(all.filter(([, price]) => !isVerified(price)).map(([name]) => name)).toEqual([
    ...['db.t4g.small', 'db.t4g.medium'],
    ...['db.m7g.large', 'db.m7g.xlarge', 'db.m7g.2xlarge', 'db.m7g.4xlarge'],
    ...['db.r7g.large', 'db.r7g.xlarge', 'db.r7g.2xlarge', 'db.r7g.4xlarge'],
    'imageStorage',
    'databaseBackup',
  ]);
});

test('nothing that Memcached costs could be verified: it is calculated from what Valkey costs', () => {
  expect(Object.values(memcachedNodePrices).some(isVerified)).toBe(false);
  expect(memcachedNodePrices['cache.t4g.micro']?.usd).toBe(0.018);
});

test('every source is the source of a price', () => {
  const used = [...Object.values(tables).flatMap((table) => Object.values(table)), ...Object.values(prices)];
  expect([...new Set(used.map(({ from }) => from))].sort()).toEqual(Object.keys(sources).sort());
});

test.each(['m9g.large', 'constructor'])('%s, which has no price, is refused with the file to add it to', (type) => {
  expect(() => getPrice(instanceTypePrices, type, 'clones.instanceTypes.0')).toThrow(
    new Error(`clones.instanceTypes.0 must have a price in eu-central-1; got: "${type}"; add it to lib/price/table.ts`),
  );
});
