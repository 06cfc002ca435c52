// Cached objects over real servers of both engines: they may be forgotten, they may fail, they may not go back in time.
import { setTimeout as sleep } from 'node:timers/promises';
import { CacheAside } from '../../../lib/web/cache/cache-aside';
import type { Engine } from '../../../lib/web/cache/engine';
import { objectLifetimes } from '../../../lib/web/cache/lifetimes';
import { toPosition } from '../../../lib/web/cache/marker';
import { type LoadObject, Objects, type View } from '../../../lib/web/cache/objects';
import type { Position } from '../../../lib/web/database/dialect';
import { unavailable } from '../../../lib/web/problem';
import { untilTrue } from '../real-servers';
import { engines, type OpenEngine, type RealEngine, startEngine } from './real-engines';

const view: View<string> = { of: 'thing', name: 'text:1', toText: (text) => text, fromText: (text) => text };

describe.each(engines)('on %s', (name) => {
  let server: RealEngine;
  let opened: OpenEngine[];
  /** As many clones have it. */
  let clones: Objects[];
  let objects: Objects;
  let id = 0;
  const failures: unknown[] = [];

  const create = (findEngine: () => Engine | undefined, lifetimes = objectLifetimes): Objects =>
    new Objects(new CacheAside({ findEngine, onFailure: (error) => failures.push(error) }), lifetimes);

  beforeAll(async () => {
    server = await startEngine(name);
    opened = await Promise.all([server.open(), server.open(), server.open()]);
    clones = opened.map(({ engine }) => create(() => engine));
    objects = clones[0] as Objects;
  });

  beforeEach(() => {
    id++;
    failures.length = 0;
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  afterAll(async () => {
    await Promise.all(opened.map(({ close }) => close()));
    await server.stop();
  });

  const engine = (clone = 0): Engine => opened[clone]?.engine as Engine;
  const get = (load: LoadObject<string>, clone = objects) => clone.get(view, id, load);
  const find = () => engine().find({ key: `thing:${id}`, part: view.name });
  const text = async (): Promise<string | undefined> => (await find()).text?.split(' ').slice(2).join(' ');

  /** A database that can be counted on. */
  const database = (answer: string | undefined, milliseconds = 0) =>
    jest.fn(async (_after: readonly Position[]): Promise<string | undefined> => {
      await sleep(milliseconds);
      return answer;
    });

  const away = jest.fn(async (): Promise<string> => {
    throw unavailable('database');
  });

  /** Reads, and is held up between the database and the cache. */
  function readSlowly(answer: string): {
    isReading: Promise<void>;
    goOn: () => void;
    value: Promise<string | undefined>;
  } {
    let [isReading, goOn] = [() => {}, () => {}];
    const [reading, going] = [
      new Promise<void>((resolve) => (isReading = resolve)),
      new Promise<void>((resolve) => (goOn = resolve)),
    ];
    const value = get(async () => {
      isReading();
      await going;
      return answer;
    });
    return { isReading: reading, goOn, value };
  }

  /** Everybody's clock goes on by this, except the cache's. */
  const passTime = (milliseconds: number): void => {
    const { now } = Date;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
  };

  describe('what is filled in', () => {
    test('is found by every clone, and the database is asked once', async () => {
      const load = database('current');
      for (const clone of clones) expect(await get(load, clone)).toBe('current');
      expect(load).toHaveBeenCalledTimes(1);
      expect(load).toHaveBeenCalledWith([]);
    });

    test('is not seen by a release with another form of it, and dropped for it too', async () => {
      const other: View<string> = { ...view, name: 'text:2' };
      await get(database('old form'));
      expect(await objects.get(other, id, database('new form'))).toBe('new form');
      expect(await get(away)).toBe('old form');
      await objects.changed('thing', id, 'gtid-1');
      expect(await objects.get(other, id, database('changed'))).toBe('changed');
      expect(await get(database('changed, old form'))).toBe('changed, old form');
    });

    test('ends, and not all at the same time', async () => {
      const ends = new Set<number>();
      for (let n = 0; n < 20; n++, id++) {
        await get(database('current'));
        const stale = Number.parseInt((await find()).text?.split(' ')[1] ?? '', 36);
        ends.add(Math.round((stale - Date.now()) / 1_000));
      }
      expect(ends.size).toBeGreaterThan(10);
      expect(Math.min(...ends)).toBeGreaterThanOrEqual(595);
      expect(Math.max(...ends)).toBeLessThanOrEqual(720);
    });
  });

  describe('a change', () => {
    test('drops what is cached and leaves a position to wait for', async () => {
      await get(database('old'));
      const changed = await objects.changing('thing', id);
      await changed('gtid-1');
      const load = database('current');
      expect(await get(load)).toBe('current');
      expect(load).toHaveBeenCalledWith(['gtid-1']);
      expect(await get(away)).toBe('current');
    });

    test('cannot be undone by a reader from before it', async () => {
      const slow = readSlowly('old');
      await slow.isReading;
      const changed = await objects.changing('thing', id);
      await changed('gtid-1');
      slow.goOn();
      expect(await slow.value).toBe('old');
      expect(await text()).toBeUndefined();
    });

    test('that is under way has readers keep to the primary and fill nothing', async () => {
      await get(database('old'));
      await objects.changing('thing', id);
      const load = database('half-way');
      expect(await get(load)).toBe('half-way');
      expect(load).toHaveBeenCalledWith(['unknown']);
      expect(await text()).toBe('old');
      expect(await get(load)).toBe('half-way');
      expect(load).toHaveBeenCalledTimes(2);
    });

    test('cannot be undone by a reader from while it was under way', async () => {
      await objects.changing('thing', id);
      const slow = readSlowly('old');
      await slow.isReading;
      await objects.changed('thing', id, 'gtid-1');
      slow.goOn();
      await slow.value;
      expect(await text()).toBeUndefined();
    });

    test('is not missed by who asks after it while a reader from before it is still reading', async () => {
      const slow = readSlowly('old');
      await slow.isReading;
      await objects.changed('thing', id, 'gtid-1');
      const after = get(database('current'));
      slow.goOn();
      expect([await slow.value, await after]).toEqual(['old', 'current']);
    });

    test('after another has readers ask the primary: nobody can say which was last', async () => {
      await objects.changed('thing', id, 'gtid-2');
      await objects.changed('thing', id, 'gtid-1');
      const load = database('current');
      await get(load);
      expect(load).toHaveBeenCalledWith(['unknown']);
    });

    test('waits for the reader’s own latest write too', async () => {
      await objects.changed('thing', id, 'gtid-1');
      const load = database('current');
      await objects.get(view, id, load, 'gtid-own');
      expect(load).toHaveBeenCalledWith(['gtid-own', 'gtid-1']);
    });
  });

  describe('many at once', () => {
    test('1,000 misses at three clones cost one query', async () => {
      const load = database('current', 50);
      const values = await Promise.all(Array.from({ length: 1_000 }, (_, n) => get(load, clones[n % 3] as Objects)));
      expect(new Set(values)).toEqual(new Set(['current']));
      expect(load).toHaveBeenCalledTimes(1);
    });

    test('if everybody got the lease each clone would ask: it is the lease that spares the database', async () => {
      const careless = [0, 1, 2].map((clone) => {
        const given = engine(clone);
        const take: Engine['take'] = async (...asked) => ({ ...(await given.take(...asked)), isTaken: true });
        return create(() => ({ ...given, take }));
      });
      const load = database('current', 100);
      await Promise.all(Array.from({ length: 30 }, (_, n) => get(load, careless[n % 3] as Objects)));
      expect(load).toHaveBeenCalledTimes(3);
    });

    test('900 who keep asking at three clones cost one query each time it is changed', async () => {
      const load = database('current', 30);
      for (let change = 1; change <= 5; change++) {
        await objects.changed('thing', id, `gtid-${change}`);
        await Promise.all(
          Array.from({ length: 900 }, async (_, n) => {
            for (let round = 0; round < 2; round++) await get(load, clones[n % 3] as Objects);
          }),
        );
        expect(load).toHaveBeenCalledTimes(change);
      }
    });

    test('900 who keep asking while it ages have it read anew once, and nobody waits', async () => {
      await get(database('old'));
      const [, stale] = ((await find()).text ?? '').split(' ');
      passTime(Number.parseInt(stale ?? '', 36) - Date.now() - 30_000);
      const load = database('current', 100);
      const values = await Promise.all(
        Array.from({ length: 900 }, async (_, n) => get(load, clones[n % 3] as Objects)),
      );
      expect(new Set(values)).toEqual(new Set(['old']));
      await untilTrue('it to be read anew', async () => (await text()) === 'current');
      expect(load).toHaveBeenCalledTimes(1);
      expect(await get(away)).toBe('current');
    });

    test('who waits for a clone that died takes over when its lease has ended', async () => {
      await engine(1).take({ key: `thing:${id}`, part: view.name }, 'of-the-dead');
      const load = database('current');
      const start = performance.now();
      await Promise.all(clones.map(async (clone) => expect(await get(load, clone)).toBe('current')));
      expect(load).toHaveBeenCalledTimes(1);
      expect(performance.now() - start).toBeGreaterThan(800);
      expect(performance.now() - start).toBeLessThan(3_000);
    });

    test('one who fails does not fail the next', async () => {
      const wrong = async (): Promise<string> => {
        throw new Error('wrong');
      };
      await expect(get(wrong)).rejects.toThrow('wrong');
      const start = performance.now();
      expect(await get(database('current'))).toBe('current');
      expect(performance.now() - start).toBeLessThan(500);
    });
  });

  describe('what is not there', () => {
    test('is remembered for a short time', async () => {
      const none = database(undefined);
      expect([await get(none), await get(none, clones[1])]).toEqual([undefined, undefined]);
      expect(none).toHaveBeenCalledTimes(1);
      passTime(20_000);
      expect(await get(database('now it is'))).toBe('now it is');
    });

    test('is there at once when it is made', async () => {
      await get(database(undefined));
      await objects.changed('thing', id, 'gtid-1');
      expect(await get(database('made'))).toBe('made');
    });
  });

  describe('while the database is away', () => {
    test('what is stale is served, by one who tries and many who do not wait', async () => {
      await get(database('old'));
      passTime(objectLifetimes.fresh * 1.3);
      const hanging = jest.fn(async (): Promise<string> => {
        await sleep(100);
        throw unavailable('database');
      });
      const values = await Promise.all(Array.from({ length: 300 }, (_, n) => get(hanging, clones[n % 3] as Objects)));
      expect(new Set(values)).toEqual(new Set(['old']));
      expect(hanging).toHaveBeenCalledTimes(1);
    });

    test('it is read anew when the database is back', async () => {
      await get(database('old'));
      passTime(objectLifetimes.fresh * 1.3);
      await get(away);
      await untilTrue('the database to be asked', async () => (await get(database('current'))) === 'current');
    });

    test('what was changed is not served in its old form', async () => {
      await get(database('old'));
      await objects.changed('thing', id, 'gtid-1');
      await expect(get(away)).rejects.toMatchObject({ statusCode: 503 });
    });

    test('a write that cannot be made takes nothing away from readers', async () => {
      await get(database('old'));
      await objects.changing('thing', id);
      expect(await get(away)).toBe('old');
    });

    test('a replica is good enough for readers while a write is under way', async () => {
      await objects.changing('thing', id);
      const load = jest.fn(async (after: readonly Position[]): Promise<string> => {
        if (after.includes('unknown')) throw unavailable('database');
        return 'of a replica';
      });
      expect(await objects.get(view, id, load, 'gtid-own')).toBe('of a replica');
      expect(load).toHaveBeenLastCalledWith(['gtid-own']);
      expect(await text()).toBeUndefined();
    });

    test('it is served for so long, and no longer', async () => {
      const short = create(() => engine(), { fresh: 100, stale: 900, absent: 100 });
      await short.get(view, id, database('old'));
      await sleep(150);
      expect(await short.get(view, id, away)).toBe('old');
      await untilTrue('it to end', () =>
        short.get(view, id, away).then(
          () => false,
          () => true,
        ),
      );
    });
  });

  describe('while the cache is away', () => {
    test('everybody is answered by the database, and two queries at a time are enough for all', async () => {
      const none = create(() => undefined);
      const load = database('current', 20);
      const first = get(load, none);
      await sleep(5);
      const others = Array.from({ length: 500 }, () => get(load, none));
      expect(new Set(await Promise.all([first, ...others]))).toEqual(new Set(['current']));
      expect(load).toHaveBeenCalledTimes(2);
    });

    test('nobody is given what another one’s position is not in', async () => {
      const none = create(() => undefined);
      const load = database('current', 20);
      await Promise.all(['gtid-1', 'gtid-2'].map((own) => none.get(view, id, load, own)));
      expect(load.mock.calls).toEqual([[['gtid-1']], [['gtid-2']]]);
    });

    test('a cache that hangs costs a tenth of a second', async () => {
      await get(database('old'));
      const open = await server.openAsClone();
      const clone = create(() => open.engine);
      await untilTrue('the clone to find it', async () => (await get(database('old'), clone)) === 'old');
      failures.length = 0;
      server.pause();
      try {
        const start = performance.now();
        expect(await get(database('current'), clone)).toBe('current');
        expect(performance.now() - start).toBeLessThan(600);
        expect(failures).toHaveLength(1);
      } finally {
        server.resume();
      }
      await untilTrue('the cache to be back', async () => (await get(away, clone).catch(() => '')) === 'old');
      await open.close();
    });

    test('a change that it was not told of is told when it is back', async () => {
      await get(database('old'));
      let isBack = false;
      const clone = create(() => (isBack ? engine() : undefined));
      const changed = await clone.changing('thing', id);
      await changed('gtid-1');
      expect(await get(away)).toBe('old');
      isBack = true;
      // Who made the change knows better than the cache from the beginning.
      expect(await get(database('current'), clone)).toBe('current');
      await untilTrue('the change to be told', async () => (await find()).text === undefined);
      expect(toPosition((await find()).marker)).toBe('unknown');
      await untilTrue('the cache to be asked again', async () => {
        await get(database('current'), clone);
        return (await text()) === 'current';
      });
    });
  });
});
