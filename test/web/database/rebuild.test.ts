// `web rebuild`: what is denormalized is as if it had never been wrong, also while people go on writing.
import { type Connection, createConnection } from 'mysql2/promise';
import { flavours } from '../real-servers';
import { runVerb } from '../run-verb';
import {
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  type Visitor,
} from '../running-clones';

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let clone: RunningClone;
  let connection: Connection;
  let people: { name: string; visitor: Visitor }[];

  const query = async (sql: string): Promise<unknown> => (await connection.query(sql))[0];
  const tables = ['user_counts', 'article_counts', 'stream'];
  /** Rows of zeros are as good as none. */
  const readAll = async (): Promise<unknown[]> => [
    await query('SELECT * FROM user_counts WHERE articles > 0 OR friends > 0 ORDER BY 1'),
    await query('SELECT * FROM article_counts WHERE comments > 0 ORDER BY 1'),
    await query('SELECT * FROM stream ORDER BY 1, 2'),
  ];
  beforeAll(async () => {
    servers = await startServers(flavour);
    clone = await runClone(servers.env, 'clone-1');
    await untilReady(clone);
    const { primaryPort: port, username: user, password, database } = servers.database;
    connection = await createConnection({ host: '127.0.0.1', port, user, password, database });
    people = [];
    for (const name of ['ada', 'bob', 'cleo', 'dora']) people.push({ name, visitor: await signIn(clone.url, name) });
    await write(12);
  }, 60_000);

  afterAll(async () => {
    connection?.destroy();
    await clone?.stop(0);
    await servers?.stop();
  });

  /** Everybody writes, befriends the next one, and says something. */
  async function write(rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) {
      const { visitor } = people[i % people.length] as (typeof people)[number];
      const { name } = people[(i + 1 + (i >> 2)) % people.length] as (typeof people)[number];
      const send = (method: string, path: string, body: unknown) => visitor.send(`${clone.url}${path}`, method, body);
      const { id } = (await (await send('POST', '/api/articles', { title: `${i}`, body: 'text' })).json()) as {
        id: number;
      };
      await send('POST', `/api/articles/${id}/comments`, { body: 'First!' });
      await send(i % 5 === 4 ? 'DELETE' : 'PUT', `/api/users/${name}/friend`, {});
    }
  }

  test('what is right stays as it is', async () => {
    const before = await readAll();
    const { stdout } = await runVerb(servers, 'rebuild');
    expect(stdout).toBe(tables.map((table) => `${table}: 0 rows were wrong and are right now\n`).join(''));
    expect(await readAll()).toEqual(before);
  }, 30_000);

  test('what is wrong, missing, or of nobody is right again', async () => {
    const before = await readAll();
    await query('UPDATE user_counts SET articles = articles + 7 WHERE user_id = 1');
    await query('DELETE FROM user_counts WHERE user_id = 2');
    await query('UPDATE article_counts SET comments = 0');
    await query('DELETE FROM stream WHERE activity_id % 2 = 0');
    await query('INSERT INTO stream SELECT 4, id FROM activities WHERE actor_id = 4');
    await query('INSERT INTO stream VALUES (1, 999999)');
    expect(await readAll()).not.toEqual(before);
    const { stdout } = await runVerb(servers, 'rebuild');
    expect(stdout).toMatch(/^user_counts: 2 rows/);
    expect(await readAll()).toEqual(before);
  }, 30_000);

  test('nothing is lost of what people write meanwhile', async () => {
    await query('DELETE FROM stream');
    await query('DELETE FROM user_counts');
    await Promise.all([write(40), runVerb(servers, 'rebuild'), write(40), runVerb(servers, 'rebuild')]);
    await runVerb(servers, 'rebuild');
    const settled = await readAll();
    await runVerb(servers, 'rebuild');
    expect(await readAll()).toEqual(settled);
    const wrong = await query(
      'SELECT user_id FROM user_counts n WHERE articles <> (SELECT COUNT(*) FROM articles WHERE author_id = n.user_id)',
    );
    expect(wrong).toEqual([]);
  }, 60_000);
});
