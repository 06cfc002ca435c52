// The objects cache on a real server: it may forget, it may fail, it may not go back in time.
import type { Redis } from 'ioredis';
import { ArticleCache, toPosition } from '../../lib/web/article-cache';
import { type RealCache, startCache } from './real-servers';

interface Thing {
  text: string;
}

let server: RealCache;
let cache: Redis;
let articles: ArticleCache<Thing>;
let id = 0;
const failures: unknown[] = [];

beforeAll(async () => {
  server = await startCache();
  cache = server.open();
  articles = new ArticleCache<Thing>(
    () => cache,
    (error) => failures.push(error),
  );
});

beforeEach(() => {
  id++;
});

afterAll(async () => {
  cache.disconnect();
  await server.stop();
});

const old: Thing = { text: 'old' };
const current: Thing = { text: 'current' };

test('what was filled is found', async () => {
  await articles.fill(id, await articles.find(id), current);
  expect(await articles.find(id)).toEqual({ marker: '', value: current });
});

test('a write drops what is cached and leaves a marker to wait for', async () => {
  await articles.fill(id, await articles.find(id), old);
  await articles.markPending(id);
  await articles.markWritten(id, 'gtid-1');
  const lookup = await articles.find(id);
  expect(lookup).toEqual({ marker: 'gtid-1', value: undefined });
  expect(toPosition(lookup?.marker)).toBe('gtid-1');
});

test('a reader from before the write cannot fill in what it saw', async () => {
  const lookup = await articles.find(id);
  await articles.markPending(id);
  await articles.fill(id, lookup, old);
  expect((await articles.find(id))?.value).toBeUndefined();
  await articles.markWritten(id, 'gtid-1');
  await articles.fill(id, lookup, old);
  expect((await articles.find(id))?.value).toBeUndefined();
});

test('while a write is under way readers keep to the primary and fill nothing', async () => {
  await articles.markPending(id);
  const lookup = await articles.find(id);
  expect(toPosition(lookup?.marker)).toBe('unknown');
  await articles.fill(id, lookup, old);
  expect((await articles.find(id))?.value).toBeUndefined();
});

test('a reader from between two writes cannot fill either', async () => {
  await articles.markWritten(id, 'gtid-1');
  const lookup = await articles.find(id);
  await articles.markWritten(id, 'gtid-2');
  await articles.fill(id, lookup, old);
  expect((await articles.find(id))?.value).toBeUndefined();
});

test('a reader who waited for the marker fills', async () => {
  await articles.markWritten(id, 'gtid-1');
  await articles.fill(id, await articles.find(id), current);
  expect((await articles.find(id))?.value).toEqual(current);
});

test('a write drops the shapes of other releases too', async () => {
  await cache.hset(`article:${id}`, 'shape:0', 'old', 'shape:99', 'new');
  await articles.markWritten(id, 'gtid-1');
  expect(await cache.hkeys(`article:${id}`)).toEqual(['written']);
});

test('everything expires, and not all at the same time', async () => {
  const lifetimes = new Set<number>();
  for (let n = 0; n < 20; n++) {
    await articles.fill(id, await articles.find(id), current);
    lifetimes.add(Math.round((await cache.pttl(`article:${id}`)) / 1_000));
  }
  expect(lifetimes.size).toBeGreaterThan(10);
  expect(Math.min(...lifetimes)).toBeGreaterThanOrEqual(599);
  expect(Math.max(...lifetimes)).toBeLessThanOrEqual(720);
});

test('a cache that fails is a miss that nobody fills', async () => {
  const gone = server.open();
  gone.disconnect();
  const broken = new ArticleCache<Thing>(
    () => gone,
    (error) => failures.push(error),
  );
  const lookup = await broken.find(id);
  expect(lookup).toBeUndefined();
  await broken.fill(id, lookup, old);
  await broken.markWritten(id, 'gtid-1');
  expect(failures).toHaveLength(2);
  expect(await new ArticleCache<Thing>(() => undefined, fail).find(id)).toBeUndefined();
});

const fail = (error: unknown): never => {
  throw error;
};
