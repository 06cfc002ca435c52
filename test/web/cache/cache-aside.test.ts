// Properties of everything that is cached, on both engines: whatever comes in between, nobody reads back in time.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Engine } from '../../../lib/web/cache/engine';
import { Objects, type View } from '../../../lib/web/cache/objects';
import { QueryCache } from '../../../lib/web/cache/query-cache';
import { Clones } from './clones';
import { LaggingDatabase, type Rows } from './lagging-database';
import { engines } from './real-engines';

/** So short that things age, are stale and end while others are under way. */
const lifetimes = { fresh: 10, stale: 20, absent: 5 };

const view: View<Rows> = {
  of: 'counted',
  name: 'json:1',
  toText: (rows) => JSON.stringify(rows),
  fromText: (text) => JSON.parse(text) as Rows,
};

/** What one of two clones does, when, and how long the database takes for it. */
interface Step {
  clone: number;
  what: 'read' | 'write' | 'replicate' | 'forget';
  row: number;
  at: number;
  takes: number;
}

const step = (what: Step['what'][]): fc.Arbitrary<Step> =>
  fc.record({
    clone: fc.nat(1),
    what: fc.constantFrom(...what),
    row: fc.nat(1),
    at: fc.nat(40),
    takes: fc.nat(12),
  });

const steps = (...what: Step['what'][]): fc.Arbitrary<Step[]> => fc.array(step(what), { minLength: 5, maxLength: 25 });

/** What is cached, as each of two clones reads and writes it: two rows. */
interface Cached {
  read(clone: number, load: (after: readonly string[]) => Promise<Rows>): Promise<Rows>;
  write(clone: number, row: number, write: () => Promise<{ position: string }>): Promise<void>;
}

describe.each(engines)('on %s', (name) => {
  let clones: Clones;
  let count = 0;

  beforeAll(async () => {
    clones = await Clones.start(name, 2);
  });

  afterAll(() => clones?.stop());

  const cacheObject = (change = (engine: Engine): Engine => engine): Cached => {
    const id = ++count;
    const objects = [0, 1].map((clone) => {
      const engine = change(clones.getEngine(clone));
      return new Objects(
        clones.createCacheAside(() => engine),
        lifetimes,
      );
    });
    return {
      read: async (clone, load) => (await objects[clone]?.get(view, id, load)) ?? [],
      write: async (clone, _row, write) => {
        const changed = await objects[clone]?.changing('counted', id);
        await changed?.((await write()).position);
      },
    };
  };

  const cacheQuery = (change = (engine: Engine): Engine => engine): Cached => {
    const table = `counted${++count}`;
    const tags = [`${table}:0`, `${table}:1`];
    const queries = [0, 1].map((clone) => {
      const engine = change(clones.getEngine(clone));
      return new QueryCache(
        clones.createCacheAside(() => engine),
        lifetimes,
      );
    });
    return {
      read: async (clone, load) => (await queries[clone]?.get(table, {}, () => tags, load)) ?? [],
      write: async (clone, row, write) => {
        const { position } = await write();
        await queries[clone]?.drop([`${table}:${row}`], position);
      },
    };
  };

  /** Takes the steps, and returns every row that was older than what had been acknowledged before its reader came. */
  async function findStale(cached: Cached, database: LaggingDatabase, taken: readonly Step[]): Promise<string[]> {
    const acknowledged = [0, 0];
    const stale: string[] = [];
    const read = async (clone: number, takes: number): Promise<void> => {
      const before = [...acknowledged];
      const rows = await cached.read(clone, (after) => database.read(after, takes));
      for (const [row, version] of before.entries()) {
        if ((rows[row] ?? -1) < version) stale.push(`row ${row}: ${rows[row]} after ${version}`);
      }
    };
    const doers: Record<Step['what'], (one: Step) => Promise<void>> = {
      read: ({ clone, takes }) => read(clone, takes),
      write: async ({ clone, row, takes }) => {
        let version = 0;
        await cached.write(clone, row, async () => {
          const written = await database.write(row, takes);
          version = written.version;
          return written;
        });
        acknowledged[row] = Math.max(acknowledged[row] ?? 0, version);
      },
      replicate: async () => database.replicate(),
      forget: () => clones.server.forget(),
    };
    await Promise.all(
      taken.map(async (one) => {
        await sleep(one.at);
        await doers[one.what](one);
      }),
    );
    await Promise.all([read(0, 0), read(1, 0)]);
    return stale;
  }

  const verify = (create: () => Cached, lags: boolean, given: fc.Arbitrary<Step[]>, numRuns: number): Promise<void> =>
    fc.assert(
      fc.asyncProperty(given, async (taken) => {
        expect(await findStale(create(), new LaggingDatabase(2, lags), taken)).toEqual([]);
      }),
      { numRuns, endOnFailure: true },
    );

  const kinds: [string, (change?: (engine: Engine) => Engine) => Cached][] = [
    ['an object', cacheObject],
    ['a query', cacheQuery],
  ];

  describe.each(kinds)('%s', (_what, create) => {
    test('is never older than the last acknowledged write, though the replica lags', async () => {
      await verify(create, true, steps('read', 'read', 'write', 'replicate'), 100);
    });

    test('is never older than the last acknowledged write, though the cache forgets', async () => {
      await verify(create, false, steps('read', 'read', 'read', 'write', 'forget'), 100);
    });
  });

  test('an engine that fills in whatever it is given is found out: the object would be old', async () => {
    const careless = (engine: Engine): Engine => ({
      ...engine,
      fill: async (entry, fill) => engine.fill(entry, { ...fill, marker: (await engine.find(entry)).marker }),
    });
    await expect(verify(() => cacheObject(careless), true, steps('read', 'read', 'write'), 500)).rejects.toThrow(
      'after',
    );
  });

  test('an engine that forgets what was dropped is found out: the query would be old', async () => {
    const careless = (engine: Engine): Engine => ({
      ...engine,
      findDrops: async () => [],
      fillTagged: async (entry, fill) => {
        const unseen = await engine.fillTagged(entry, fill);
        const seen = [...fill.seen, ...unseen.map((marker) => marker.split(' ')[0] ?? '')];
        return unseen.length > 0 ? engine.fillTagged(entry, { ...fill, seen }) : [];
      },
    });
    await expect(verify(() => cacheQuery(careless), true, steps('read', 'read', 'write'), 500)).rejects.toThrow(
      'after',
    );
  });
});
