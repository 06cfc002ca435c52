// What AWS sells by name: the figures others rely on.
import {
  cacheNodeTypes,
  connectionsFor,
  databaseClasses,
  findArchitecture,
  getMaxConnections,
  isDurable,
} from '../../lib/config/node-types';

test('the smallest cache node has the 512 MiB that AWS publishes', () => {
  expect(cacheNodeTypes['cache.t4g.micro']).toEqual({ maxMemoryBytes: 512 * 1024 ** 2 });
});

test('a larger size of a family has more memory', () => {
  for (const table of [cacheNodeTypes, databaseClasses]) {
    for (const family of new Set(Object.keys(table).map((name) => name.replace(/\.[^.]+$/, '')))) {
      const sizes = Object.entries(table)
        .filter(([name]) => name.startsWith(`${family}.`))
        .map(([, memory]) => Object.values(memory)[0] as number);
      expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
    }
  }
});

test.each([
  ['t4g.small', 'arm64'],
  ['m7g.8xlarge', 'arm64'],
  ['t3.2xlarge', 'x86_64'],
  ['m7g.medium', undefined],
  ['t4g.8xlarge', undefined],
  ['t4g', undefined],
  ['t4g.small.large', undefined],
  ['constructor.large', undefined],
])('the processor of %s is %s', (instanceType, architecture) => {
  expect(findArchitecture(instanceType)).toBe(architecture);
});

test('a server holds a tenth fewer connections than its memory would', () => {
  expect(getMaxConnections('db.t4g.micro')).toBe(76);
  expect(getMaxConnections('db.r7g.large')).toBe(1228);
});

test.each([
  [1, 76, 10],
  [6, 76, 8],
  [25, 76, 2],
  [26, 76, 1],
  [51, 76, 0],
])('%i clones may open to a server of %i connections %i each', (clones, maxConnections, each) => {
  expect(connectionsFor(clones, maxConnections)).toBe(each);
});

test.each([
  ['cache.m7g.large', true],
  ['cache.r7g.8xlarge', true],
  ['cache.t4g.micro', false],
])('whether %s has a durable log: %s', (nodeType, durable) => {
  expect(isDurable(nodeType)).toBe(durable);
});
