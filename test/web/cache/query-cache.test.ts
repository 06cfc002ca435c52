// Cached queries, on both engines: a change drops exactly those that hold what was changed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../../lib/web/cache/engine';
import { QueryCache } from '../../../lib/web/cache/query-cache';
import type { Position } from '../../../lib/web/database/dialect';
import { unavailable } from '../../../lib/web/problem';
import { Clones } from './clones';
import { engines } from './real-engines';

interface Row {
  id: number;
  title: string;
}

describe.each(engines)('on %s', (name) => {
  let clones: Clones;
  let caches: QueryCache[];
  let one: QueryCache;
  let two: QueryCache;
  /** Tags of this test only. */
  let table = '';
  let count = 0;

  beforeAll(async () => {
    clones = await Clones.start(name, 3);
    caches = clones.map((cacheAside) => new QueryCache(cacheAside));
    [one, two] = caches as [QueryCache, QueryCache];
  });

  beforeEach(() => {
    table = `rows${count++}`;
  });

  afterAll(() => clones?.stop());

  const toTag = ({ id }: { id: number }): string => `${table}:${id}`;
  const toTags = (rows: readonly Row[]): string[] => rows.map(toTag);
  const rows = (...ids: number[]): Row[] => ids.map((id) => ({ id, title: `title ${id}` }));
  const database = (answer: Row[]) => jest.fn(async (_after: readonly Position[]): Promise<Row[]> => answer);
  const get = (query: string, load: (after: readonly Position[]) => Promise<Row[]>, cache = one) =>
    cache.get(table, { query }, toTags, load);

  test('a query is asked once for all clones, and each of its parameters is another one', async () => {
    const load = jest.fn(async () => {
      await sleep(30);
      return rows(3, 2, 1);
    });
    await Promise.all(Array.from({ length: 600 }, (_, n) => get('first', load, caches[n % 3])));
    expect(load).toHaveBeenCalledTimes(1);
    expect(await get('second', database(rows(9)))).toEqual(rows(9));
    expect(await get('first', database([]))).toEqual(rows(3, 2, 1));
  });

  test('a change drops the queries that hold the row, and no other', async () => {
    await get('first', database(rows(4, 3)));
    await get('both', database(rows(3, 2)));
    await get('last', database(rows(2, 1)));
    await two.drop([toTag({ id: 3 })], 'gtid-1');
    const load = database([]);
    expect([await get('first', load), await get('both', load)]).toEqual([[], []]);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await get('last', load)).toEqual(rows(2, 1));
  });

  test('tags may be known before', async () => {
    const tags = [`${table}:newest`];
    await one.get(table, {}, tags, database(rows(1)));
    expect(await one.get(table, {}, tags, database([]))).toEqual(rows(1));
    await one.drop(tags, 'gtid-1');
    expect(await two.get(table, {}, tags, database(rows(2, 1)))).toEqual(rows(2, 1));
  });

  test('who reads after a change waits for it, and asks once', async () => {
    await get('first', database(rows(1)));
    await one.drop([toTag({ id: 1 })], 'gtid-1');
    const load = database(rows(1));
    await get('first', load, two);
    expect(load.mock.calls).toEqual([[['gtid-1']]]);
  });

  test('a query that nobody had asked before is not filled with what a replica has not got yet', async () => {
    await one.drop([toTag({ id: 1 })], 'gtid-1');
    const load = jest.fn(async (after: readonly Position[]) => [
      { id: 1, title: after.includes('gtid-1') ? 'new' : 'old' },
    ]);
    expect(await get('first', load)).toEqual([{ id: 1, title: 'new' }]);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await get('first', database([]), two)).toEqual([{ id: 1, title: 'new' }]);
  });

  test('a reader from before a change does not fill in what they saw', async () => {
    const slow = get('first', async () => {
      await two.drop([toTag({ id: 1 })], 'gtid-1');
      return rows(1);
    });
    await slow;
    const [value] = await get('first', async () => [{ id: 1, title: 'new' }]);
    // Read again after the change, or not filled in at all.
    expect(['new', 'title 1']).toContain(value?.title);
    expect(await clones.getEngine().findTagged({ key: 'none', part: 'rows' })).toBeUndefined();
  });

  test('more changes than are worth waiting for are asked of the primary', async () => {
    await get('first', database(rows(1, 2, 3, 4, 5)));
    for (const id of [1, 2, 3, 4, 5]) await one.drop([toTag({ id })], `gtid-${id}`);
    const load = database(rows(1, 2, 3, 4, 5));
    await get('first', load);
    expect(load.mock.calls).toEqual([[['unknown']]]);
  });

  test('who reads a second time waits for what was waited for the first time, too: another replica may answer', async () => {
    await get('first', database(rows(1, 2)));
    await one.drop([toTag({ id: 1 })], 'gtid-1');
    const load = jest.fn(async (_after: readonly Position[]) => {
      if (load.mock.calls.length === 1) await two.drop([toTag({ id: 2 })], 'gtid-2');
      return rows(1, 2);
    });
    await get('first', load);
    expect(load.mock.calls).toEqual([[['gtid-1']], [['gtid-1', 'gtid-2']]]);
  });

  test('a hundred changes of one row at once are all told', async () => {
    await get('first', database(rows(1)));
    await Promise.all(Array.from({ length: 100 }, (_, n) => caches[n % 3]?.drop([toTag({ id: 1 })], `gtid-${n}`)));
    expect(clones.failures).toEqual([]);
    const load = database(rows(1));
    await get('first', load);
    expect(load.mock.calls).toEqual([[['unknown']]]);
  });

  test('who waits in vain for another that reads it asks the primary, for nobody knows what has changed', async () => {
    await get('first', database(rows(1)));
    await one.drop([toTag({ id: 1 })], 'gtid-1');
    const engine = clones.getEngine();
    const taken: Engine = {
      ...engine,
      take: async (...given) => ({ ...(await engine.take(...given)), isTaken: false }),
    };
    const load = database(rows(1));
    await get('first', load, new QueryCache(clones.createCacheAside(() => taken)));
    expect(load.mock.calls).toEqual([[['unknown']]]);
  });

  test('a tag that the cache has lost takes along what holds it', async () => {
    await get('first', database(rows(1)));
    await clones.server.forget();
    expect(await get('first', database(rows(2)))).toEqual(rows(2));
  });

  test('while the database is away what is old is served, but nothing that was changed', async () => {
    const short = new QueryCache(
      clones.createCacheAside(() => clones.getEngine()),
      { fresh: 100, stale: 60_000 },
    );
    const away = async (): Promise<Row[]> => {
      throw unavailable('database');
    };
    await get('first', database(rows(1)), short);
    await sleep(150);
    expect(await get('first', away, short)).toEqual(rows(1));
    await one.drop([toTag({ id: 1 })], 'gtid-1');
    await expect(get('first', away, short)).rejects.toMatchObject({ statusCode: 503 });
  });

  test('a drop that the cache was not told of is told when it is back', async () => {
    await get('first', database(rows(1)));
    let isBack = false;
    const clone = new QueryCache(clones.createCacheAside(() => (isBack ? clones.getEngine() : undefined)));
    await clone.drop([toTag({ id: 1 })], 'gtid-1');
    isBack = true;
    await sleep(600);
    expect(await get('first', database(rows(1, 2)))).toEqual(rows(1, 2));
  });

  test('without a cache the database answers', async () => {
    const alone = new QueryCache(clones.createCacheAside(() => undefined));
    expect(await get('first', database(rows(1)), alone)).toEqual(rows(1));
    expect(await get('first', database(rows(2)), alone)).toEqual(rows(2));
  });

  test.each(['', 'with space', 'ü', 'x'.repeat(101)])('%j cannot be a tag', async (tag) => {
    await expect(one.drop([tag])).rejects.toThrow('A tag must be');
  });
});
