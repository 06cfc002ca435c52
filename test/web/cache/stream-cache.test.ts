// Streams in the objects cache, on both engines: the newest first, and what is new is added to what is there.
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamCache, streamBound } from '../../../lib/web/cache/stream-cache';
import type { Position } from '../../../lib/web/database/dialect';
import { Clones } from './clones';
import { engines } from './real-engines';

describe.each(engines)('on %s', (name) => {
  let clones: Clones;
  let caches: StreamCache[];
  let one: StreamCache;
  let two: StreamCache;
  let ada = 0;

  beforeAll(async () => {
    clones = await Clones.start(name, 3);
    caches = clones.map((cacheAside) => new StreamCache(cacheAside));
    [one, two] = caches as [StreamCache, StreamCache];
  });

  beforeEach(() => {
    ada++;
  });

  afterAll(() => clones?.stop());

  const nobody = async (): Promise<number[]> => {
    throw new Error('The database was asked.');
  };

  test('the database is asked once for all clones, whatever part each wants to see', async () => {
    const load = jest.fn(async () => {
      await sleep(30);
      return [9, 7, 5, 3, 1];
    });
    const asked = Array.from({ length: 600 }, (_, n) =>
      (caches[n % 3] as StreamCache).read(ada, n % 2 ? { limit: 2 } : { before: 7, limit: 2 }, load),
    );
    for (const [n, ids] of (await Promise.all(asked)).entries()) expect(ids).toEqual(n % 2 ? [9, 7] : [5, 3]);
    expect(load).toHaveBeenCalledTimes(1);
    expect(await one.read(ada, { before: 3, limit: 5 }, nobody)).toEqual([1]);
    expect(await one.read(ada, { before: 1, limit: 5 }, nobody)).toEqual([]);
  });

  test('what is new is on top of every stream that is there, without asking the database', async () => {
    const other = ada + 1_000;
    await one.read(ada, { limit: 5 }, async () => [2, 1]);
    await one.read(other, { limit: 5 }, async () => []);
    await two.push([ada, other, ada + 2_000], 3, 'gtid-1');
    expect(await one.read(ada, { limit: 2 }, nobody)).toEqual([3, 2]);
    expect(await one.read(other, { limit: 2 }, nobody)).toEqual([3]);
  });

  test('a stream that was not there waits for what was new, so that it is in it', async () => {
    await one.push([ada], 3, 'gtid-1');
    const load = jest.fn(async (_after: readonly Position[]) => [3, 2, 1]);
    expect(await two.read(ada, { limit: 5 }, load)).toEqual([3, 2, 1]);
    expect(load).toHaveBeenCalledWith(['gtid-1']);
  });

  test('a reader from before does not hide what was new', async () => {
    const slow = one.read(ada, { limit: 5 }, async () => {
      await two.push([ada], 3);
      return [2, 1];
    });
    expect(await slow).toEqual([2, 1]);
    expect(await two.read(ada, { limit: 5 }, async () => [3, 2, 1])).toEqual([3, 2, 1]);
  });

  test(`it keeps the newest ${streamBound} and no more`, async () => {
    await one.read(ada, { limit: 1 }, async () => Array.from({ length: streamBound }, (_, n) => streamBound - n));
    for (let id = 201; id <= 205; id++) await one.push([ada], id);
    const all = await two.read(ada, { limit: 1_000 }, nobody);
    expect([all.length, all[0], all.at(-1)]).toEqual([200, 205, 6]);
  });

  test('many streams at once are all pushed to', async () => {
    const userIds = Array.from({ length: 600 }, (_, n) => 100_000 + 1_000 * ada + n);
    await one.read(userIds[599] as number, { limit: 1 }, async () => [1]);
    await one.push(userIds, 2);
    expect(await two.read(userIds[599] as number, { limit: 2 }, nobody)).toEqual([2, 1]);
  });

  test('another change has it read anew', async () => {
    await one.read(ada, { limit: 5 }, async () => [3, 2, 1]);
    await two.changed(ada, 'gtid-1');
    expect(await one.read(ada, { limit: 5 }, async () => [3, 1])).toEqual([3, 1]);
  });

  test('without a cache the database answers', async () => {
    const alone = new StreamCache(clones.createCacheAside(() => undefined));
    expect(await alone.read(ada, { before: 3, limit: 1 }, async () => [3, 2, 1])).toEqual([2]);
  });
});
