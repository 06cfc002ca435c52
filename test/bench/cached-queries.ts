// Both ways to cache a list, side by side: the query that made it, or the objects that are in it; hits, and the cost of a change.

import { join } from 'node:path';
import { Activities } from '../../lib/web/activities';
import { type ArticleSummary, Articles, articlesPerPage } from '../../lib/web/articles';
import { CacheAside } from '../../lib/web/cache/cache-aside';
import type { Engine } from '../../lib/web/cache/engine';
import { Objects, type View } from '../../lib/web/cache/objects';
import { QueryCache } from '../../lib/web/cache/query-cache';
import { createRedisEngine } from '../../lib/web/cache/redis/redis-engine';
import { StreamCache } from '../../lib/web/cache/stream-cache';
import { closeCache } from '../../lib/web/caches';
import { Database } from '../../lib/web/database/database';
import type { Position } from '../../lib/web/database/dialect';
import { migrate } from '../../lib/web/database/migrations';
import type { Secret } from '../../lib/web/secrets';
import { type RealDatabase, startCache, startDatabase } from '../web/real-servers';
import { type Row, repeat } from './figures';
import { project, type Workshop } from './workshop';

const articleCount = 200;
const readCount = 2_000;
const readsPerChange = 20;

/** A list may begin at any article: as new ones come, everybody's pages begin somewhere else. */
interface Lists {
  read(before: number): Promise<ArticleSummary[]>;
  change(id: number, title: string): Promise<unknown>;
  /** How often the database was asked for rows. */
  readonly queries: number;
}

interface Measured {
  hitsPercent: number;
  queriesPerChange: number;
  hitMicroseconds: number;
  missMicroseconds: number;
}

const figures: readonly [what: string, unit: Row['unit'], figure: keyof Measured][] = [
  [`reads without a query, ${readsPerChange} to a change`, '%', 'hitsPercent'],
  ['queries after a change', 'queries', 'queriesPerChange'],
  ['read, all there', 'µs', 'hitMicroseconds'],
  ['read, some missing', 'µs', 'missMicroseconds'],
];

export async function measureCachedQueries(workshop: Workshop, runs: number): Promise<Row[]> {
  const [server, cache] = [workshop.keep(await startDatabase('mariadb')), workshop.keep(await startCache())];
  const database = await connect(server);
  const [client, administrator] = [await cache.openAsApp(), cache.open()];
  try {
    const ids = await seed(database);
    const engine = createRedisEngine(client);
    const rows: Row[] = [];
    for (const [way, create] of Object.entries({ queries: createQueries, objects: createObjects })) {
      const measured = await repeat(runs, async () => {
        await administrator.flushall();
        return measure(create(database, engine), ids);
      });
      for (const [what, unit, figure] of figures) {
        rows.push({ what: `list as cached ${way}: ${what}`, unit, values: measured.map((run) => run[figure]) });
      }
    }
    return rows;
  } finally {
    administrator.disconnect();
    await Promise.all([database.close(), closeCache(client)]);
    await workshop.release(server, cache);
  }
}

/** The same reads and changes, in the same order, whichever way. */
async function measure(lists: Lists, ids: readonly number[]): Promise<Measured> {
  const random = createRandom();
  const pick = (): number => ids[Math.floor(random() * ids.length)] as number;
  for (const id of ids) await lists.read(id + 1);
  const [hits, misses]: [number[], number[]] = [[], []];
  const before = lists.queries;
  for (let read = 0; read < readCount; read += 1) {
    if (read % readsPerChange === 0) await lists.change(pick(), `Title ${read}`);
    const [asked, start] = [lists.queries, performance.now()];
    await lists.read(pick() + 1);
    (lists.queries === asked ? hits : misses).push(performance.now() - start);
  }
  return {
    hitsPercent: (100 * hits.length) / readCount,
    queriesPerChange: ((lists.queries - before) * readsPerChange) / readCount,
    hitMicroseconds: 1_000 * toMean(hits),
    missMicroseconds: 1_000 * toMean(misses),
  };
}

function createArticles(database: Database, cacheAside: CacheAside, caches: { objects: Objects; queries: QueryCache }) {
  const getDatabase = (): Database => database;
  const activities = new Activities(getDatabase, new StreamCache(cacheAside));
  return new Articles({ ...caches, getDatabase, activities });
}

/** Each list is what a query returned, as the app has it: a change drops every list that shows the article. */
function createQueries(database: Database, engine: Engine): Lists {
  const counted = countReads(database);
  const cacheAside = createCacheAside(engine);
  const options = { objects: new Objects(cacheAside), queries: new QueryCache(cacheAside) };
  const articles = createArticles(counted, cacheAside, options);
  const writer = createArticles(database, cacheAside, options);
  return {
    read: (before) => articles.list(undefined, before),
    change: (id, title) => writer.update(id, authorId, { title, body: 'Changed.' }),
    get queries() {
      return counted.reads;
    },
  };
}

/** Each list is numbers in their order, and each article is there once, for all lists: a change drops one. */
function createObjects(database: Database, engine: Engine): Lists {
  const counted = countReads(database);
  const cacheAside = createCacheAside(engine);
  const [objects, order] = [new Objects(cacheAside), new StreamCache(cacheAside)];
  const writer = createArticles(database, cacheAside, { objects, queries: new QueryCache(cacheAside) });
  return {
    read: async (before) => {
      const ids = await order.read(0, { before, limit: articlesPerPage }, () => listIds(counted));
      const found = await Promise.all(ids.map((id) => objects.get(summary, id, (after) => find(counted, id, after))));
      return found.filter((one) => one !== undefined);
    },
    change: (id, title) => writer.update(id, authorId, { title, body: 'Changed.' }),
    get queries() {
      return counted.reads;
    },
  };
}

const createCacheAside = (engine: Engine): CacheAside =>
  new CacheAside({ findEngine: () => engine, onFailure: (error) => console.error(error) });

const authorId = 1;

const summary: View<ArticleSummary> = {
  of: 'article',
  name: 'summary:1',
  toText: (value) => JSON.stringify(value),
  fromText: (text) => JSON.parse(text) as ArticleSummary,
};

async function listIds(database: Database): Promise<number[]> {
  const rows = await database.read(
    database.sql.selectFrom('articles').select('id').orderBy('id', 'desc').limit(articleCount),
  );
  return rows.map(({ id }) => id);
}

async function find(database: Database, id: number, after: readonly Position[]): Promise<ArticleSummary | undefined> {
  const [row] = await database.read(
    database.sql
      .selectFrom('articles as a')
      .innerJoin('users as u', 'u.id', 'a.author_id')
      .select(['a.id', 'a.title', 'u.name as author', 'a.created_at as createdAt'])
      .select(({ fn, lit }) => fn<string>('left', ['a.body', lit(240)]).as('excerpt'))
      .where('a.id', '=', id),
    [...after],
  );
  return row && { ...row, createdAt: row.createdAt.toISOString() };
}

function countReads(database: Database): Database & { reads: number } {
  const counted = Object.assign(Object.create(database) as Database, { reads: 0 });
  counted.read = (statement, after) => {
    counted.reads += 1;
    return database.read(statement, after);
  };
  return counted;
}

async function connect(server: RealDatabase): Promise<Database> {
  const credentials = { username: server.username, password: server.password, dbname: server.database };
  const secret = { get: async () => credentials, renew: async () => credentials } as unknown as Secret;
  const primary = { host: '127.0.0.1', port: server.primaryPort };
  await migrate({ endpoint: primary, secret, tls: false }, join(project, 'lib/web/migrations'));
  return Database.connect({ primary, replicas: [], secret, tls: false, poolSize: 10, onReplicaFailure: () => {} });
}

/** The ids of the articles, the oldest first. */
async function seed(database: Database): Promise<number[]> {
  const { sql, now } = database;
  await database.write(sql.insertInto('users').values({ id: authorId, name: 'ada', password: '-', created_at: now }));
  const body = 'A sentence of some words. '.repeat(40);
  const article = { author_id: authorId, title: 'Title', body, created_at: now, updated_at: now };
  await database.write(sql.insertInto('articles').values(Array.from({ length: articleCount }, () => article)));
  return (await listIds(database)).reverse();
}

/** The same numbers in every run. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const toMean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
