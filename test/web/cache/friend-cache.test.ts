// Friends in the objects cache, on both engines: who they are, and whom two have in common.
import { setTimeout as sleep } from 'node:timers/promises';
import { FriendCache } from '../../../lib/web/cache/friend-cache';
import type { Position } from '../../../lib/web/database/dialect';
import { Clones } from './clones';
import { engines } from './real-engines';

describe.each(engines)('on %s', (name) => {
  let clones: Clones;
  let caches: FriendCache[];
  let one: FriendCache;
  let two: FriendCache;
  let ada = 0;
  let bob = 0;

  beforeAll(async () => {
    clones = await Clones.start(name, 3);
    caches = clones.map((cacheAside) => new FriendCache(cacheAside));
    [one, two] = caches as [FriendCache, FriendCache];
  });

  beforeEach(() => {
    ada = bob + 1;
    bob = ada + 1;
  });

  afterAll(() => clones?.stop());

  const database = (friends: Record<number, number[]>) =>
    jest.fn(async (userId: number, _after: readonly Position[] = []): Promise<number[]> => friends[userId] ?? []);
  const sorted = async (numbers: Promise<number[]>) => (await numbers).sort((a, b) => a - b);
  const nobody = async (): Promise<number[]> => {
    throw new Error('The database was asked.');
  };

  test('the database is asked once for all clones', async () => {
    const load = jest.fn(async () => {
      await sleep(30);
      return [11, 12, 13];
    });
    const asked = Array.from({ length: 600 }, (_, n) => sorted((caches[n % 3] as FriendCache).get(ada, load)));
    for (const friends of await Promise.all(asked)) expect(friends).toEqual([11, 12, 13]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('somebody without friends is known to have none', async () => {
    expect(await one.get(ada, async () => [])).toEqual([]);
    expect(await two.get(ada, nobody)).toEqual([]);
  });

  test('friends in common are answered by the cache once both are there', async () => {
    const load = database({ [ada]: [11, 12, 13], [bob]: [12, 13, 14] });
    expect(await sorted(one.inCommon(ada, bob, load))).toEqual([12, 13]);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await sorted(two.inCommon(bob, ada, nobody))).toEqual([12, 13]);
  });

  test('a change is seen at once, by all clones, and only by who is in it', async () => {
    await one.inCommon(ada, bob, database({ [ada]: [11], [bob]: [11] }));
    await two.changed(ada, 'gtid-1');
    const load = database({ [ada]: [] });
    expect(await one.inCommon(ada, bob, load)).toEqual([]);
    expect(load.mock.calls).toEqual([[ada, ['gtid-1']]]);
    expect(await one.get(bob, nobody)).toEqual([11]);
  });

  test('who changes without saying where has the next reader ask the primary', async () => {
    await one.changed(ada);
    const load = jest.fn(async (_after: readonly Position[]) => [11]);
    await two.get(ada, load);
    expect(load).toHaveBeenCalledWith(['unknown']);
  });

  test('a reader from before a change does not fill in what they saw', async () => {
    const slow = one.get(ada, async () => {
      await two.changed(ada, 'gtid-1');
      return [11];
    });
    expect(await slow).toEqual([11]);
    expect(await two.get(ada, async () => [12])).toEqual([12]);
  });

  test('they end when their time is over', async () => {
    const short = new FriendCache(
      clones.createCacheAside(() => clones.getEngine()),
      { fresh: 100 },
    );
    await short.get(ada, async () => [11]);
    await sleep(150);
    expect(await clones.getEngine().findMembers(`friends:${ada}`)).toBeUndefined();
  });

  test('without a cache the database answers', async () => {
    const alone = new FriendCache(clones.createCacheAside(() => undefined));
    const load = database({ [ada]: [11, 12], [bob]: [12] });
    expect(await alone.inCommon(ada, bob, load)).toEqual([12]);
    expect(await alone.get(ada, async () => [11])).toEqual([11]);
  });
});
