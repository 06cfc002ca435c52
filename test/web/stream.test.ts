// Streams over two clones and real servers: what friends do is there at once, and stays true whatever happens at once.
import { activitiesPerPage } from '../../lib/web/stream';
import { flavours } from './real-servers';
import { type RunningClone, runClone, type Servers, startServers, untilReady, Visitor } from './running-clones';
import { createStrangers, inParallel, look, Person } from './social-acts';

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let one: RunningClone;
  let two: RunningClone;
  let reader: Person;
  let writer: Person;

  const clone = (index: number): RunningClone => (index % 2 ? two : one);

  beforeAll(async () => {
    servers = await startServers(flavour);
    [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
    await Promise.all([untilReady(one), untilReady(two)]);
    [reader, writer] = [await Person.register(one.url, 'reader'), await Person.register(two.url, 'writer')];
  });

  afterAll(async () => {
    await Promise.all([one?.stop(0), two?.stop(0)]);
    await servers?.stop();
  });

  const halt = flavour === 'mysql' ? 'STOP REPLICA SQL_THREAD' : 'STOP SLAVE SQL_THREAD';
  const resume = flavour === 'mysql' ? 'START REPLICA SQL_THREAD' : 'START SLAVE SQL_THREAD';

  /** Rows that are in one of two tables only: what is denormalized, and what it is made from. */
  const findUntrue = async (): Promise<unknown[]> => [
    ...(await look(
      servers,
      `SELECT s.user_id, s.activity_id, 'of no friend' AS wrong FROM clonekit.stream s
      JOIN clonekit.activities a ON a.id = s.activity_id
      LEFT JOIN clonekit.friendships f ON f.user_id = s.user_id AND f.friend_id = a.actor_id WHERE f.user_id IS NULL`,
    )),
    ...(await look(
      servers,
      `SELECT f.user_id, a.id, 'missing' AS wrong FROM clonekit.friendships f
      JOIN clonekit.activities a ON a.actor_id = f.friend_id
      LEFT JOIN clonekit.stream s ON s.user_id = f.user_id AND s.activity_id = a.id WHERE s.user_id IS NULL`,
    )),
    ...(await look(
      servers,
      `SELECT u.name, 'counts' AS wrong FROM clonekit.users u LEFT JOIN clonekit.user_counts c ON c.user_id = u.id
      WHERE COALESCE(c.friends, 0) <> (SELECT COUNT(*) FROM clonekit.friendships f WHERE f.user_id = u.id)
      OR COALESCE(c.articles, 0) <> (SELECT COUNT(*) FROM clonekit.articles a WHERE a.author_id = u.id)`,
    )),
    ...(await look(
      servers,
      `SELECT a.id, 'comments' AS wrong FROM clonekit.articles a
      LEFT JOIN clonekit.article_counts c ON c.article_id = a.id
      WHERE COALESCE(c.comments, 0) <> (SELECT COUNT(*) FROM clonekit.comments o WHERE o.article_id = a.id)`,
    )),
  ];

  const countDeadlocks = async (): Promise<number> => {
    const [row] = await look<{ n: number }>(
      servers,
      "SELECT COUNT AS n FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'",
    );
    return Number(row?.n);
  };

  test('befriending brings what the friend did before, and unfriending takes it away', async () => {
    const article = await writer.write(one.url, 'From before');
    await writer.comment(two.url, article);
    expect((await reader.stream(one.url)).activities).toEqual([]);
    await reader.befriend(one.url, 'writer');
    const { activities } = await reader.stream(two.url);
    const entry = { actor: 'writer', article: { id: article, title: 'From before' }, createdAt: expect.any(String) };
    expect(activities).toEqual([
      { ...entry, id: expect.any(Number), kind: 'comment' },
      { ...entry, id: expect.any(Number), kind: 'article' },
    ]);
    await reader.unfriend(two.url, 'writer');
    expect((await reader.stream(one.url)).activities).toEqual([]);
    expect(await findUntrue()).toEqual([]);
  });

  test('0 of 100 articles and comments of a friend are missing right after, through the other clone', async () => {
    await reader.befriend(one.url, 'writer');
    let missing = 0;
    for (let round = 0; round < 50; round++) {
      const article = await writer.write(clone(round).url, `Round ${round}`);
      const [newest] = (await reader.stream(clone(round + 1).url)).activities;
      if (newest?.kind !== 'article' || newest.article.id !== article) missing++;
      await writer.comment(clone(round + 1).url, article);
      const [after] = (await reader.stream(clone(round).url)).activities;
      if (after?.kind !== 'comment' || after.article.id !== article) missing++;
    }
    expect(missing).toBe(0);
  });

  test('what a replica has not got yet is there all the same', async () => {
    await reader.befriend(one.url, 'writer');
    // In whatever cache there is.
    await reader.stream(two.url);
    await servers.database.administer('replica', halt);
    try {
      const article = await writer.write(one.url, 'Ahead of the replica');
      expect((await reader.stream(two.url)).activities[0]).toMatchObject({ article: { id: article } });
    } finally {
      await servers.database.administer('replica', resume);
    }
  });

  test('what others do, and what one does oneself, is not in it', async () => {
    const hermit = await Person.register(one.url, 'hermit');
    await hermit.comment(one.url, await hermit.write(one.url));
    expect(await hermit.stream(two.url)).toEqual({ activities: [] });
  });

  test('of what a friend did before at most 50 are brought, in pages that end', async () => {
    const prolific = await Person.register(one.url, 'prolific');
    const article = await prolific.write(one.url);
    await inParallel(54, 8, (index) => prolific.comment(clone(index).url, article));
    const follower = await Person.register(two.url, 'follower');
    await follower.befriend(one.url, 'prolific');
    const ids: number[] = [];
    const sizes: number[] = [];
    for (let before: number | undefined, page = 0; page === 0 || before !== undefined; page++) {
      const answer = await follower.stream(clone(page).url, before);
      ids.push(...answer.activities.map(({ id }) => id));
      sizes.push(answer.activities.length);
      before = answer.before;
    }
    expect(sizes).toEqual([activitiesPerPage, activitiesPerPage, 10]);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    const page = await (await follower.send(`${one.url}/stream`)).text();
    expect(page).toContain(
      `<a class="button" href="/stream?before=${ids[activitiesPerPage - 1]}">Older activities</a>`,
    );
    // What was not brought would count as missing below.
    await follower.unfriend(one.url, 'prolific');
  });

  test('a stream goes on beyond what the cache keeps of it', async () => {
    const archivist = await Person.register(one.url, 'archivist');
    const source = await Person.register(one.url, 'source');
    await archivist.befriend(one.url, 'source');
    const article = await source.write(one.url);
    const [ids] = await look<{ actor: number; reader: number }>(
      servers,
      "SELECT MAX(IF(name = 'source', id, 0)) AS actor, MAX(IF(name = 'archivist', id, 0)) AS reader FROM clonekit.users",
    );
    const rows = Array(250).fill(`(${ids?.actor}, 'comment', ${article}, UTC_TIMESTAMP(3))`).join(', ');
    await look(servers, `INSERT INTO clonekit.activities (actor_id, kind, article_id, created_at) VALUES ${rows}`);
    await look(
      servers,
      `INSERT IGNORE INTO clonekit.stream SELECT ${ids?.reader}, id FROM clonekit.activities WHERE actor_id = ${ids?.actor}`,
    );
    // The last one comes by the app, which tells the cache and waits for nothing that was done past it.
    await archivist.befriend(two.url, 'writer');
    await archivist.unfriend(two.url, 'writer');
    let seen = 0;
    for (let before: number | undefined, page = 0; page === 0 || before !== undefined; page++) {
      const answer = await archivist.stream(clone(page).url, before);
      seen += answer.activities.length;
      before = answer.before;
    }
    expect(seen).toBe(251);
  });

  test('200 writes at once leave counters and streams as they are counted', async () => {
    const people = await inParallel(4, 2, (index) => Person.register(clone(index).url, `busy-${index}`));
    for (const person of people) await reader.befriend(one.url, person.name);
    const articles = await Promise.all(people.map((person) => person.write(one.url)));
    const hot = articles[0] as number;
    await inParallel(200, 16, async (index) => {
      const person = people[index % 4] as Person;
      if (index % 3 === 0) await person.write(clone(index).url);
      else await person.comment(clone(index).url, hot);
    });
    expect(await findUntrue()).toEqual([]);
    const { total } = await reader.read<{ total: number }>(`${two.url}/api/articles/${hot}/comments`);
    expect(total).toBe(Array.from({ length: 200 }, (_, index) => index).filter((index) => index % 3 !== 0).length);
    // Of all streams: the other clone has them too.
    const { activities } = await reader.stream(two.url);
    const real = await look<{ id: number }>(
      servers,
      `SELECT activity_id AS id FROM clonekit.stream s JOIN clonekit.users u ON u.id = s.user_id
      WHERE u.name = 'reader' ORDER BY activity_id DESC LIMIT ${activitiesPerPage}`,
    );
    expect(activities.map(({ id }) => id)).toEqual(real.map(({ id }) => Number(id)));
  });

  test('people who befriend, unfriend, write and comment all at once get no error, and miss nothing', async () => {
    const people = await inParallel(6, 2, (index) => Person.register(clone(index).url, `lively-${index}`));
    const article = await writer.write(one.url);
    const before = await countDeadlocks();
    const random = createRandom(1);
    const plan = Array.from({ length: 300 }, () => [random(6), 1 + random(5), random(4), random(2)] as const);
    const statuses = await inParallel(plan.length, 16, async (index) => {
      const [who, further, what, where] = plan[index] ?? [0, 1, 0, 0];
      const person = people[who] as Person;
      const other = people[(who + further) % 6] as Person;
      const { url } = clone(where);
      if (what === 0) return person.befriend(url, other.name);
      if (what === 1) return person.unfriend(url, other.name);
      if (what === 2) return (await person.send(`${url}/api/articles`, 'POST', { title: 'x', body: 'x' })).status;
      return (await person.send(`${url}/api/articles/${article}/comments`, 'POST', { body: 'x' })).status;
    });
    expect(statuses.filter((status) => status >= 400)).toEqual([]);
    // They take turns; without, 30 of these would be tried again.
    expect((await countDeadlocks()) - before).toBeLessThan(10);
    expect(await findUntrue()).toEqual([]);
    for (const person of people) {
      const { activities } = await person.stream(two.url);
      const real = await look<{ id: number }>(
        servers,
        `SELECT activity_id AS id FROM clonekit.stream s JOIN clonekit.users u ON u.id = s.user_id
        WHERE u.name = '${person.name}' ORDER BY activity_id DESC LIMIT ${activitiesPerPage}`,
      );
      expect(activities.map(({ id }) => id)).toEqual(real.map(({ id }) => Number(id)));
    }
  });

  test('0 of 30 who befriend somebody just as they publish miss what was published', async () => {
    const crier = await Person.register(one.url, 'crier');
    for (let round = 0; round < 30; round++) {
      await reader.unfriend(one.url, 'crier');
      await Promise.all([crier.write(clone(round).url), reader.befriend(clone(round + 1).url, 'crier')]);
    }
    expect(await findUntrue()).toEqual([]);
  });

  test('an article that fails leaves no count and no activity', async () => {
    const [{ n: before } = { n: -1 }] = await look<{ n: number }>(
      servers,
      'SELECT COUNT(*) AS n FROM clonekit.activities',
    );
    await look(servers, 'RENAME TABLE clonekit.stream TO clonekit.stream_away');
    try {
      const failed = await writer.send(`${one.url}/api/articles`, 'POST', { title: 'Half', body: 'done' });
      expect(failed.status).toBe(500);
    } finally {
      await look(servers, 'RENAME TABLE clonekit.stream_away TO clonekit.stream');
    }
    expect(await look(servers, "SELECT id FROM clonekit.articles WHERE title = 'Half'")).toEqual([]);
    expect(await look(servers, 'SELECT COUNT(*) AS n FROM clonekit.activities')).toEqual([{ n: before }]);
    expect(await findUntrue()).toEqual([]);
  });

  test('whoever is not signed in has no stream', async () => {
    const visitor = new Visitor();
    expect((await visitor.send(`${one.url}/api/stream`)).status).toBe(401);
    const page = await visitor.send(`${one.url}/stream`);
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login']);
  });

  test.each(['0', '-1', '1.5', 'x', '9'.repeat(16), '1&before=2', '%00', "1'--"])(
    'a page before %j is refused, in words',
    async (before) => {
      const answer = await reader.send(`${one.url}/api/stream?before=${before}`);
      expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ field: 'before' }] }]);
      expect((await reader.send(`${one.url}/stream?before=${before}`)).status).toBe(400);
    },
  );

  test('the page leads to what was done and to who did it, and to nothing that they typed as markup', async () => {
    const [stranger] = await createStrangers(servers, 'quiet', 1);
    await reader.befriend(one.url, 'writer');
    const article = await writer.write(one.url, '<b>"Bold"</b>');
    await writer.comment(one.url, article);
    const page = await (await reader.send(`${two.url}/stream`)).text();
    expect(page).toContain('<a href="/users/writer">writer</a> commented on · <time');
    expect(page).toContain(`<a href="/articles/${article}#comments">&lt;b&gt;&quot;Bold&quot;&lt;/b&gt;</a>`);
    expect(page).toContain('<a href="/users/writer">writer</a> wrote · <time');
    expect(page).not.toContain('<b>');
    expect(page).not.toContain(stranger);
    expect(page).toContain('<a href="/stream">Stream</a><a class="me" href="/users/reader">');
  });
});

/** The same numbers below `bound` at every run. */
function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * bound);
  };
}
