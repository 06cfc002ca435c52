// Sessions on a real cache, by the app's own client: who signed out stays out, and time is the cache's.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { closeCache } from '../../lib/web/caches';
import type { CacheClient } from '../../lib/web/caches/mode';
import { Sessions } from '../../lib/web/sessions';
import { cacheFlavours, cacheModes, type RealCache, startCache, untilTrue } from './real-servers';

const user = { userId: 7, name: 'ada' };
const toKey = (id: string) => `session:${createHash('sha256').update(id).digest('hex')}`;
const kinds = cacheFlavours.flatMap((flavour) => cacheModes.map((mode) => ({ flavour, mode })));

let users = 1_000;

describe.each(kinds)('on $flavour in $mode mode', ({ flavour, mode }) => {
  let server: RealCache;
  let client: CacheClient;
  /** An administrator's, to see what is really there. */
  let cache: Redis;
  let sessions: Sessions;

  beforeAll(async () => {
    server = await startCache({ flavour, mode });
    cache = server.open();
    client = await server.openAsApp();
    sessions = new Sessions(client);
  });

  afterAll(async () => {
    cache?.disconnect();
    if (client) await closeCache(client);
    await server?.stop();
  });

  test('a session is found by its id, which the cache itself does not hold', async () => {
    const { id } = await sessions.create(user);
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(await sessions.find(id)).toEqual({ id, ...user, position: undefined });
    expect((await cache.keys('*')).filter((key) => key.includes(id))).toEqual([]);
    expect(await cache.exists(toKey(id))).toBe(1);
  });

  test('an invented id is not adopted', async () => {
    const invented = 'A'.repeat(43);
    expect(await sessions.find(invented)).toBeUndefined();
    expect(await sessions.setPosition(invented, 'somewhere')).toBe(false);
    expect(await cache.exists(toKey(invented))).toBe(0);
  });

  test('what is not even an id is not asked for', async () => {
    expect(await sessions.find('../../etc')).toBeUndefined();
    await expect(sessions.delete('x'.repeat(10_000))).resolves.toBeUndefined();
  });

  test('0 of 1,000 signed-out sessions come back, with 50 writes under way while each signs out', async () => {
    const writers = await server.openAsApp();
    const busy = new Sessions(writers);
    let back = 0;
    let written = 0;
    for (let round = 0; round < 1_000; round++) {
      const { id } = await sessions.create(user);
      const writes = Array.from({ length: 50 }, (_, n) => busy.setPosition(id, `${n}`));
      const reads = Array.from({ length: 5 }, () => busy.find(id));
      await sessions.delete(id);
      const later = busy.setPosition(id, 'later');
      written += (await Promise.all([...writes, later])).filter(Boolean).length;
      await Promise.all(reads);
      if ((await cache.exists(toKey(id))) === 1) back++;
    }
    await closeCache(writers);
    expect(back).toBe(0);
    // The race was real: some writes came before the end, some after.
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(51_000);
  });

  test('reading does not write until a minute has passed, then prolongs', async () => {
    const { id } = await sessions.create(user);
    await cache.pexpire(toKey(id), 30 * 60_000 - 30_000);
    await sessions.find(id);
    expect(await cache.pttl(toKey(id))).toBeLessThanOrEqual(30 * 60_000 - 30_000);
    await cache.pexpire(toKey(id), 30 * 60_000 - 61_000);
    await sessions.find(id);
    expect(await cache.pttl(toKey(id))).toBeGreaterThan(30 * 60_000 - 5_000);
  });

  test('a write keeps the time that is left', async () => {
    const { id } = await sessions.create(user);
    await cache.pexpire(toKey(id), 5_000);
    expect(await sessions.setPosition(id, 'somewhere')).toBe(true);
    expect(await cache.pttl(toKey(id))).toBeLessThanOrEqual(5_000);
  });

  test('whatever two clones do in whichever order, who signed out stays out, and the last write is there', async () => {
    const other = await server.openAsApp();
    const clones = [sessions, new Sessions(other)];
    const step = fc.record({
      clone: fc.nat(1),
      what: fc.constantFrom('find', 'write', 'delete', 'end', 'endAll', 'list'),
      which: fc.nat(2),
      at: fc.nat(6),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
        const userId = ++users;
        const own = await Promise.all([0, 1, 2].map(() => sessions.create({ userId, name: 'ada' })));
        /** When each was known to be over, and what was known to be written to it. */
        const over = new Set<string>();
        const written = new Map<string, number>();
        const doers: Record<string, (on: Sessions, id: string) => Promise<unknown>> = {
          find: async (on, id) => {
            const wasOver = over.has(id);
            const before = written.get(id) ?? 0;
            const found = await on.find(id);
            if (wasOver) expect(found).toBeUndefined();
            if (found) expect(Number(found.position ?? 0)).toBeGreaterThanOrEqual(before);
          },
          write: async (on, id) => {
            const wasOver = over.has(id);
            // One at a time for each: which of two at once is the last is for the cache to say.
            if (busy.has(id)) return;
            busy.add(id);
            const next = (written.get(id) ?? 0) + 1;
            const isWritten = await on.setPosition(id, String(next));
            busy.delete(id);
            if (wasOver) expect(isWritten).toBe(false);
            if (isWritten) written.set(id, next);
          },
          delete: async (on, id) => {
            await on.delete(id);
            over.add(id);
          },
          end: async (on, id) => {
            if (await on.end(userId, createHash('sha256').update(id).digest('hex'))) over.add(id);
          },
          endAll: async (on, id) => {
            await on.endAll(userId, id);
            for (const one of own) if (one.id !== id) over.add(one.id);
          },
          list: (on, id) => on.list(userId, id),
        };
        const busy = new Set<string>();
        await Promise.all(
          steps.map(async ({ clone, what, which, at }) => {
            await sleep(at);
            await doers[what]?.(clones[clone] as Sessions, own[which]?.id ?? '');
          }),
        );
        for (const { id } of own) {
          const found = await sessions.find(id);
          if (over.has(id)) expect(found).toBeUndefined();
          else expect(found?.position ?? '0').toBe(String(written.get(id) ?? 0));
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
    await closeCache(other);
  });

  test('V7.4.5: who runs the site signs one user out, or everybody', async () => {
    const [one, two] = [await sessions.create({ userId: ++users, name: 'one' }), await sessions.create(user)];
    expect(await sessions.endAll(one.userId)).toBe(1);
    expect([await sessions.find(one.id), await sessions.find(two.id)]).toEqual([undefined, two]);
    expect(await sessions.endEverybodys()).toBeGreaterThan(0);
    expect(await sessions.find(two.id)).toBeUndefined();
    expect(await cache.keys('session:*')).toEqual([]);
  });

  test('an idle session ends by itself', async () => {
    const short = new Sessions(client, { idleMilliseconds: 100 });
    const { id } = await short.create(user);
    await untilTrue('the session to end', async () => (await cache.exists(toKey(id))) === 0);
    expect(await short.find(id)).toBeUndefined();
  });

  test('a busy session ends too, at its absolute limit', async () => {
    const busy = new Sessions(client, { idleMilliseconds: 400, absoluteMilliseconds: 1_000, touchMilliseconds: 0 });
    const start = performance.now();
    const { id } = await busy.create(user);
    await untilTrue('the session to end', async () => (await busy.find(id)) === undefined);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('a clone whose clock is wrong prolongs nothing', async () => {
    const { id } = await sessions.create(user);
    jest.useFakeTimers({ now: Date.now() + 10 * 60 * 60_000, doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    const found = await sessions.find(id);
    jest.useRealTimers();
    expect(found).toMatchObject(user);
    expect(await cache.pttl(toKey(id))).toBeLessThanOrEqual(30 * 60_000);
  });

  test('a cache that fails is an error, not an absent session', async () => {
    const gone = await server.openAsApp();
    const broken = new Sessions(gone);
    const { id } = await sessions.create(user);
    await closeCache(gone);
    await expect(broken.find(id)).rejects.toMatchObject({ statusCode: 503, retryAfterSeconds: 2 });
  });

  test('a full cache still lets people read their sessions and sign out', async () => {
    const { id } = await sessions.create(user);
    await cache.config('SET', 'maxmemory-policy', 'noeviction');
    await cache.config('SET', 'maxmemory', '1');
    try {
      await cache.pexpire(toKey(id), 1_000);
      expect(await sessions.find(id)).toMatchObject(user);
      await expect(sessions.create(user)).rejects.toMatchObject({ statusCode: 503 });
      await sessions.delete(id);
      expect(await sessions.find(id)).toBeUndefined();
    } finally {
      await cache.config('SET', 'maxmemory', '0');
    }
  });
});
