// What the cached things rely on, held by both engines alike.
import type { Engine, Entry } from '../../../lib/web/cache/engine';
import { createNonce, isPending, toNonce, toPosition } from '../../../lib/web/cache/marker';
import { engines, type OpenEngine, type RealEngine, startEngine } from './real-engines';

describe.each(engines)('on %s', (name) => {
  let server: RealEngine;
  let opened: OpenEngine;
  let engine: Engine;
  let entry: Entry;
  let count = 0;

  beforeAll(async () => {
    server = await startEngine(name);
    opened = await server.open();
    engine = opened.engine;
  });

  beforeEach(() => {
    count++;
    entry = { key: `thing:${count}`, part: 'text:1' };
  });

  afterAll(async () => {
    await opened?.close();
    await server?.stop();
  });

  const milliseconds = 60_000;
  const take = (at = entry) => engine.take(at, createNonce());
  const end = (key: string, position: string, begun?: string) =>
    engine.end(key, { nonce: createNonce(), position, begun });
  const findPosition = async (): Promise<string | undefined> => toPosition((await engine.find(entry)).marker);

  describe('entries', () => {
    test('nothing is known of what nobody has asked for', async () => {
      expect(await engine.find(entry)).toEqual({ marker: '', text: undefined });
    });

    test.each(['', 'text', 'zwölf Boxkämpfer 🥊\r\nVA 3\r\nEN\r\n', 'x'.repeat(200_000)])(
      'what is filled in is found as it was (%#)',
      async (text) => {
        const { marker } = await take();
        await engine.fill(entry, { marker, text, milliseconds });
        expect(await engine.find(entry)).toEqual({ marker, text });
      },
    );

    test('one of many takes the lease, and nobody else until a change', async () => {
      const taken = await Promise.all(Array.from({ length: 50 }, () => take()));
      expect(taken.filter(({ isTaken }) => isTaken)).toHaveLength(1);
      expect(new Set(taken.map(({ marker }) => marker)).size).toBe(1);
      await end(entry.key, 'gtid-1');
      expect(await take()).toMatchObject({ isTaken: true });
    });

    test('a part has a lease of its own', async () => {
      expect(await take()).toMatchObject({ isTaken: true });
      expect(await take({ ...entry, part: 'other:1' })).toMatchObject({ isTaken: true });
    });

    test('who has filled in gives the lease back', async () => {
      const { marker } = await take();
      await engine.fill(entry, { marker, text: 'x', milliseconds });
      expect(await take()).toEqual({ marker, isTaken: true });
    });

    test('a lease that is given back is free, and one that is not ends by itself', async () => {
      const { marker } = await take();
      await engine.release(entry, marker);
      expect(await take()).toEqual({ marker, isTaken: true });
      const start = performance.now();
      while (!(await take()).isTaken) expect(performance.now() - start).toBeLessThan(3_000);
      expect(performance.now() - start).toBeGreaterThan(800);
    });

    test('a change drops every part, those of other releases too', async () => {
      const other = { ...entry, part: 'text:99' };
      const { marker } = await take();
      await engine.fill(entry, { marker, text: 'x', milliseconds });
      await engine.fill(other, { marker, text: 'y', milliseconds });
      expect([(await engine.find(entry)).text, (await engine.find(other)).text]).toEqual(['x', 'y']);
      await end(entry.key, 'gtid-1');
      expect([(await engine.find(entry)).text, (await engine.find(other)).text]).toEqual([undefined, undefined]);
      expect(await findPosition()).toBe('gtid-1');
    });

    test('who took before a change cannot fill in what they saw', async () => {
      const { marker } = await take();
      await end(entry.key, 'gtid-1');
      await engine.fill(entry, { marker, text: 'old', milliseconds });
      expect((await engine.find(entry)).text).toBeUndefined();
    });

    test('nor who took between two changes', async () => {
      await end(entry.key, 'gtid-1');
      const { marker } = await take();
      await end(entry.key, 'gtid-1');
      await engine.fill(entry, { marker, text: 'old', milliseconds });
      expect((await engine.find(entry)).text).toBeUndefined();
    });

    test('while a change is under way what was there is kept, and nobody takes or fills', async () => {
      const { marker } = await take();
      await engine.fill(entry, { marker, text: 'before', milliseconds });
      await engine.begin(entry.key, createNonce());
      const found = await engine.find(entry);
      expect([isPending(found.marker), found.text]).toEqual([true, 'before']);
      expect(toPosition(found.marker)).toBe('unknown');
      expect(await take()).toEqual({ marker: found.marker, isTaken: false });
      await engine.fill(entry, { marker, text: 'old', milliseconds });
      expect((await engine.find(entry)).text).toBe('before');
    });

    test('the position of a change is believed when no other came in between', async () => {
      await engine.begin(entry.key, 'begun-1');
      await end(entry.key, 'gtid-1', 'begun-1');
      expect(await findPosition()).toBe('gtid-1');
      await engine.begin(entry.key, 'begun-2');
      await end(entry.key, 'gtid-2', 'begun-2');
      expect(await findPosition()).toBe('gtid-2');
    });

    test('of two changes at once nobody can say which was last: the primary knows', async () => {
      await engine.begin(entry.key, 'begun-1');
      await engine.begin(entry.key, 'begun-2');
      await end(entry.key, 'gtid-2', 'begun-2');
      expect(await findPosition()).toBe('gtid-2');
      await end(entry.key, 'gtid-1', 'begun-1');
      expect(await findPosition()).toBe('unknown');
      await end(entry.key, 'gtid-3');
      expect(await findPosition()).toBe('unknown');
    });

    test('what is lost takes its marker along, so that nobody fills in what they saw before', async () => {
      const { marker } = await take();
      await end(entry.key, 'gtid-1');
      await server.forget();
      await engine.fill(entry, { marker, text: 'old', milliseconds });
      expect((await take()).marker).not.toBe(marker);
      await engine.fill(entry, { marker, text: 'old', milliseconds });
      expect((await engine.find(entry)).text).toBeUndefined();
    });
  });

  describe('members', () => {
    const fill = async (key: string, numbers: number[]): Promise<void> => {
      const { marker } = await take({ key, part: 'members' });
      await engine.fillMembers(key, { marker, numbers, milliseconds });
    };
    const sorted = async (numbers: Promise<number[] | undefined>) => (await numbers)?.sort((a, b) => a - b);

    test('none is not the same as unknown', async () => {
      expect(await engine.findMembers(entry.key)).toBeUndefined();
      await fill(entry.key, []);
      expect(await engine.findMembers(entry.key)).toEqual([]);
    });

    test('thousands are found as they were filled in', async () => {
      const numbers = Array.from({ length: 5_000 }, (_, n) => n + 1);
      await fill(entry.key, numbers);
      expect(await sorted(engine.findMembers(entry.key))).toEqual(numbers);
    });

    test('what two have in common is known when both are there', async () => {
      const other = `${entry.key}:other`;
      await fill(entry.key, [1, 2, 3]);
      expect(await engine.findCommon(entry.key, other)).toBeUndefined();
      await fill(other, [2, 3, 4]);
      expect(await sorted(engine.findCommon(entry.key, other))).toEqual([2, 3]);
      await end(other, 'gtid-1');
      expect(await engine.findCommon(entry.key, other)).toBeUndefined();
      await fill(other, []);
      expect(await engine.findCommon(entry.key, other)).toEqual([]);
    });

    test('who took before a change cannot fill in', async () => {
      const { marker } = await take({ key: entry.key, part: 'members' });
      await end(entry.key, 'gtid-1');
      await engine.fillMembers(entry.key, { marker, numbers: [1], milliseconds });
      expect(await engine.findMembers(entry.key)).toBeUndefined();
    });

    test('they end when their time is over', async () => {
      const { marker } = await take({ key: entry.key, part: 'members' });
      await engine.fillMembers(entry.key, { marker, numbers: [1], milliseconds: 50 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await engine.findMembers(entry.key)).toBeUndefined();
    });
  });

  describe('ranked numbers', () => {
    const bound = 5;
    const fill = async (key: string, numbers: number[]): Promise<void> => {
      const { marker } = await take({ key, part: 'ranked' });
      await engine.fillRanked(key, { marker, numbers, milliseconds });
    };
    const push = (keys: string[], number: number) =>
      engine.push(keys, number, bound, { nonce: createNonce(), position: 'gtid-1' });
    const all = (key: string) => engine.findRanked(key, Number.MAX_SAFE_INTEGER, 100);

    test('none is not the same as unknown', async () => {
      expect(await all(entry.key)).toBeUndefined();
      await fill(entry.key, []);
      expect(await all(entry.key)).toEqual([]);
    });

    test('come the highest first, some at a time', async () => {
      await fill(entry.key, [3, 9, 7, 1, 5]);
      expect(await engine.findRanked(entry.key, Number.MAX_SAFE_INTEGER, 2)).toEqual([9, 7]);
      expect(await engine.findRanked(entry.key, 7, 2)).toEqual([5, 3]);
      expect(await engine.findRanked(entry.key, 3, 2)).toEqual([1]);
      expect(await engine.findRanked(entry.key, 1, 2)).toEqual([]);
    });

    test('a new one is added where they are, once, and the lowest fall out', async () => {
      const absent = `${entry.key}:absent`;
      await fill(entry.key, [1, 2, 3, 4, 5]);
      await push([entry.key, absent], 6);
      await push([entry.key, absent], 6);
      expect(await all(entry.key)).toEqual([6, 5, 4, 3, 2]);
      expect(await all(absent)).toBeUndefined();
      expect(toPosition((await engine.find({ key: absent, part: 'ranked' })).marker)).toBe('unknown');
    });

    test('many that are added at once are all there', async () => {
      await fill(entry.key, []);
      await Promise.all([1, 2, 3, 4, 5].map((number) => push([entry.key], number)));
      expect(await all(entry.key)).toEqual([5, 4, 3, 2, 1]);
    });

    test('who took before one was added cannot fill in', async () => {
      const { marker } = await take({ key: entry.key, part: 'ranked' });
      await push([entry.key], 9);
      await engine.fillRanked(entry.key, { marker, numbers: [1], milliseconds });
      expect(await all(entry.key)).toBeUndefined();
      expect(await findPosition()).toBe('gtid-1');
    });
  });

  describe('tags', () => {
    const fill = async (at: Entry, tags: string[], seen: string[] = []) => {
      const { marker } = await take(at);
      return engine.fillTagged(at, { marker, text: 'rows', milliseconds, tags, seen });
    };
    const drop = (tags: string[], position = 'gtid-1') => engine.drop(tags, { nonce: createNonce(), position });
    const another = (): Entry => ({ ...entry, key: `${entry.key}:another` });
    const tag = (n: number): string => `rows-${name}-${count}:${n}`;

    test('a drop takes exactly what holds the tag', async () => {
      await fill(entry, [tag(1), tag(2)]);
      await fill(another(), [tag(2), tag(3)]);
      await drop([tag(4)]);
      expect([await engine.findTagged(entry), await engine.findTagged(another())]).toEqual(['rows', 'rows']);
      await drop([tag(1)]);
      expect([await engine.findTagged(entry), await engine.findTagged(another())]).toEqual([undefined, 'rows']);
      await drop([tag(3), tag(4)]);
      expect(await engine.findTagged(another())).toBeUndefined();
    });

    test('what has no tags stays', async () => {
      await fill(entry, []);
      expect(await engine.findTagged(entry)).toBe('rows');
      expect(await engine.findDrops(entry)).toEqual([]);
    });

    test('what was dropped lately is filled in only by who has seen the drop', async () => {
      await fill(entry, [tag(1)]);
      await drop([tag(1)]);
      const [seen] = await engine.findDrops(entry);
      expect(toPosition(seen ?? '')).toBe('gtid-1');
      await drop([tag(2)], 'gtid-2');
      const unseen = await fill(another(), [tag(1), tag(2)], [toNonce(seen ?? '')]);
      expect(unseen.map(toPosition)).toEqual(['gtid-2']);
      expect(await engine.findTagged(another())).toBeUndefined();
      const { marker } = await engine.find(another());
      const nonces = [seen ?? '', ...unseen].map(toNonce);
      const refill = { marker, text: 'rows', milliseconds, tags: [tag(1), tag(2)], seen: nonces };
      expect(await engine.fillTagged(another(), refill)).toEqual([]);
      expect(await engine.findTagged(another())).toBe('rows');
    });

    test('of two drops nobody can say which was last: the primary knows', async () => {
      await fill(entry, [tag(1)]);
      await drop([tag(1)], 'gtid-1');
      await drop([tag(1)], 'gtid-2');
      expect((await engine.findDrops(entry)).map(toPosition)).toEqual(['unknown']);
    });
  });
});
