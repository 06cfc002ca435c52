// Articles of several clones over a real database and both kinds of objects cache: how often it is asked, and by what.
import { join } from 'node:path';
import { Activities } from '../../lib/web/activities';
import { Articles } from '../../lib/web/articles';
import { Objects } from '../../lib/web/cache/objects';
import { QueryCache } from '../../lib/web/cache/query-cache';
import { StreamCache } from '../../lib/web/cache/stream-cache';
import { Database } from '../../lib/web/database/database';
import { migrate } from '../../lib/web/database/migrations';
import type { Secret } from '../../lib/web/secrets';
import { registerUser } from '../../lib/web/users';
import { Clones } from './cache/clones';
import { engines } from './cache/real-engines';
import { type RealDatabase, startDatabase } from './real-servers';

const authorPassword = 'correct horse';

describe.each(engines)('with objects on %s', (name) => {
  let server: RealDatabase;
  let database: Database;
  let clones: Clones;
  let articles: Articles[];
  let one: Articles;
  let two: Articles;
  let ada = 0;

  beforeAll(async () => {
    [server, clones] = await Promise.all([startDatabase('mariadb'), Clones.start(name, 3)]);
    const credentials = { username: server.username, password: server.password, dbname: server.database };
    const secret = { get: async () => credentials, renew: async () => credentials } as unknown as Secret;
    const [primary, replica] = [server.primaryPort, server.replicaPort].map((port) => ({ host: '127.0.0.1', port }));
    if (!primary || !replica) throw new Error('There must be a primary and a replica.');
    await migrate({ endpoint: primary, secret, tls: false }, join(__dirname, '../../lib/web/migrations'));
    const options = { secret, tls: false, poolSize: 10, onReplicaFailure: () => {} };
    database = await Database.connect({ ...options, primary, replicas: [replica] });
    articles = clones.map(
      (cacheAside) =>
        new Articles({
          getDatabase: () => database,
          objects: new Objects(cacheAside),
          queries: new QueryCache(cacheAside),
          activities: new Activities(() => database, new StreamCache(cacheAside)),
        }),
    );
    [one, two] = articles as [Articles, Articles];
    ada = (await registerUser(database, { name: 'ada', password: authorPassword })).id;
  });

  afterAll(async () => {
    await database?.close();
    await Promise.all([clones?.stop(), server?.stop()]);
  });

  const write = async (title: string): Promise<number> => (await one.create(ada, { title, body: 'One.\n\nTwo.' })).id;

  /** Statements that the app sent to both servers while it did this: an administrator's are of another kind. */
  async function countStatements(work: () => Promise<unknown>): Promise<number> {
    const count = async (): Promise<number> => {
      const status = "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'";
      const both = await Promise.all((['primary', 'replica'] as const).map((role) => server.administer(role, status)));
      return both.reduce<number>((sum, rows) => sum + Number((rows as { Value: string }[])[0]?.Value), 0);
    };
    const before = await count();
    await work();
    return (await count()) - before;
  }

  test('1,000 concurrent misses of one article at three clones cost one query', async () => {
    const id = await write('Wanted by many');
    await one.get(id);
    await clones.server.forget();
    const pages = new Set<string>();
    const statements = await countStatements(() =>
      Promise.all(
        Array.from({ length: 1_000 }, async (_, n) => {
          pages.add((await (articles[n % 3] as Articles).getPage(id)).content);
        }),
      ),
    );
    expect(statements).toBe(1);
    expect([...pages]).toEqual([expect.stringContaining('<p>One.</p>\n<p>Two.</p>')]);
  });

  test('what is asked for again costs none, in whichever form', async () => {
    const id = await write('Read often');
    await Promise.all([one.getPage(id), one.get(id), one.list()]);
    const statements = await countStatements(async () => {
      expect(await two.get(id)).toMatchObject({ id, title: 'Read often', author: 'ada' });
      expect(await two.getPage(id)).toMatchObject({ id, title: 'Read often', authorId: ada });
      expect((await two.list())[0]).toMatchObject({ id, title: 'Read often', author: 'ada', excerpt: 'One. Two.' });
    });
    expect(statements).toBe(0);
  });

  test('what is not there costs one query for some time, and is there once it is written', async () => {
    const id = (await write('The last one')) + 1;
    const ask = () => expect(one.get(id)).rejects.toMatchObject({ statusCode: 404 });
    await ask();
    expect(await countStatements(ask)).toBe(0);
    expect(await write('The next one')).toBe(id);
    expect(await two.get(id)).toMatchObject({ title: 'The next one' });
  });

  test('who may not change an article does not even have it dropped', async () => {
    const id = await write('Hers');
    await one.get(id);
    const change = two.update(id, ada + 1, { title: 'Mine', body: 'Mine.' });
    expect(await countStatements(() => expect(change).rejects.toMatchObject({ statusCode: 403 }))).toBe(0);
    expect(await countStatements(() => one.get(id))).toBe(0);
  });

  test('a changed title drops the lists that show it, and no other; a new article drops the first list only', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 45; n++) ids.unshift(await write(`Number ${n}`));
    /** The three lists: the newest 20, the next, and the rest. */
    const befores = [undefined, ids[19], ids[39]];
    const readAll = async (): Promise<string[][]> => {
      const lists = await Promise.all(befores.map((before) => two.list(undefined, before)));
      return lists.map((list) => list.map(({ title }) => title));
    };
    await readAll();
    expect(await countStatements(readAll)).toBe(0);

    const changed = ids[25] as number;
    await one.update(changed, ada, { title: 'Another title', body: 'Three.' });
    const statements = await Promise.all([0, 2].map((at) => countStatements(() => two.list(undefined, befores[at]))));
    expect(statements).toEqual([0, 0]);
    expect(await countStatements(() => two.list(undefined, befores[1]))).toBeGreaterThan(0);
    expect((await readAll())[1]?.[5]).toBe('Another title');
    expect(await countStatements(readAll)).toBe(0);

    await write('The newest');
    expect(await countStatements(() => two.list(undefined, befores[1]))).toBe(0);
    expect(await countStatements(() => two.list(undefined, befores[2]))).toBe(0);
    expect((await two.list())[0]?.title).toBe('The newest');
  });

  test('0 of 60 changes are read stale right after, by any clone, in the article or in the list', async () => {
    const id = await write('Fast');
    let stale = 0;
    for (let round = 0; round < 60; round++) {
      const title = `Round ${round}`;
      const { position } = await (articles[round % 3] as Articles).update(id, ada, { title, body: 'Fast.' });
      expect(position).not.toBe('unknown');
      for (const clone of articles) {
        const [article, page, list] = await Promise.all([clone.get(id), clone.getPage(id), clone.list()]);
        if (article.title !== title || page.title !== title || list[0]?.title !== title) stale++;
      }
    }
    expect(stale).toBe(0);
  });

  // Last: nothing comes back after it.
  test('when the database is gone what was read lately is still there, whatever people try to write', async () => {
    const id = await write('Read before');
    await Promise.all([one.getPage(id), one.get(id), one.list()]);
    await server.stop();
    await expect(one.update(id, ada, { title: 'Not now', body: 'No.' })).rejects.toMatchObject({ statusCode: 503 });
    await expect(one.create(ada, { title: 'Not now', body: 'No.' })).rejects.toMatchObject({ statusCode: 503 });
    expect(await two.getPage(id)).toMatchObject({ title: 'Read before' });
    expect((await two.list())[0]).toMatchObject({ title: 'Read before' });
  });
});
