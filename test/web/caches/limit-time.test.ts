// A cache that hangs costs the time limit and no more; a clone that was busy does not take its own delay for that.
import type { Redis } from 'ioredis';
import { commandTimeoutMilliseconds } from '../../../lib/web/caches';
import { type RealCache, startCache } from '../real-servers';

const limit = commandTimeoutMilliseconds.sessions;

let cache: RealCache;
let client: Redis;

beforeAll(async () => {
  cache = await startCache();
  client = (await cache.openAsApp()) as Redis;
});
afterAll(async () => {
  client?.disconnect();
  await cache?.stop();
});

test('a command on a cache that hangs ends with the limit, and what comes late confuses nobody', async () => {
  await client.set('late', 'late');
  cache.pause();
  const start = performance.now();
  const both = await Promise.allSettled([client.get('late'), client.get('late')]);
  const elapsed = performance.now() - start;
  cache.resume();
  expect(both.map((one) => one.status === 'rejected' && one.reason.message)).toEqual(
    Array(2).fill('Command timed out'),
  );
  expect(elapsed).toBeGreaterThanOrEqual(limit);
  expect(elapsed).toBeLessThan(3 * limit);
  await client.set('next', 'next');
  expect(await client.get('next')).toBe('next');
});

test('a program that is busy for longer than the limit gets its answers', async () => {
  await client.set('one', '1');
  const busy = (): void => {
    const end = performance.now() + 2 * limit;
    while (performance.now() < end);
  };
  const before = client.get('one');
  busy();
  expect(await before).toBe('1');
  const under = client.get('one');
  // In the turn in which the answer comes.
  setImmediate(() => setImmediate(busy));
  expect(await under).toBe('1');
});
