// What AWS sells by name: the figures others rely on.
import { cacheNodeTypes, databaseClasses, findArchitecture } from '../../lib/config/node-types';

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
