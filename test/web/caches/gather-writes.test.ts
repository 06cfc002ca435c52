// Commands of one turn of the event loop reach a cache together, and each is answered; also after it was connected anew.
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { type RealCache, startCache } from '../real-servers';

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

const countWrites = async (work: () => Promise<unknown>): Promise<number> => {
  const { stream } = client;
  const socket = stream as unknown as Record<'_write' | '_writev', (...args: unknown[]) => unknown>;
  const spies = [jest.spyOn(socket, '_write'), jest.spyOn(socket, '_writev')];
  await work();
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  for (const spy of spies) spy.mockRestore();
  return count;
};

const setAndGet = async (): Promise<void> => {
  const answers = await Promise.all([client.set('one', '1'), client.set('two', '2'), client.get('one')]);
  expect(answers).toEqual(['OK', 'OK', '1']);
};

test('commands that are given together leave in one write', async () => {
  expect(await countWrites(setAndGet)).toBe(1);
});

test('so they do on a new connection', async () => {
  const ready = once(client, 'ready');
  client.disconnect(true);
  await ready;
  expect(await countWrites(setAndGet)).toBe(1);
});
