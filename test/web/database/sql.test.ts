// Every statement the app runs, explained by the real server over 100,000 rows a table: none reads a whole table, or sorts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { project } from '../../provide-servers';
import { flavours } from '../real-servers';
import {
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  type Visitor,
} from '../running-clones';

const rows = 100_000;

/** `n` from 0 to 99,999, in words that both flavours know. */
const numbers = `(SELECT ones.n + tens.n * 10 + hundreds.n * 100 + thousands.n * 1000 + ten_thousands.n * 10000 AS n FROM ${[
  'ones',
  'tens',
  'hundreds',
  'thousands',
  'ten_thousands',
]
  .map((name) => `(SELECT 0 AS n ${Array.from({ length: 9 }, (_, i) => `UNION SELECT ${i + 1}`).join(' ')}) ${name}`)
  .join(', ')}) numbers`;

const user = `(1 + n % ${rows})`;
/** Twenty friends a person, and twenty who have a person as a friend. */
const fill = [
  `INSERT INTO users (id, name, password, created_at) SELECT n + 1, CONCAT('filled-', n), '', NOW(3) FROM ${numbers}`,
  `INSERT INTO articles (id, author_id, title, body, created_at, updated_at)
    SELECT n + 1, 1 + n DIV 20, CONCAT('Title ', n), REPEAT('text ', 20), NOW(3), NOW(3) FROM ${numbers}`,
  `INSERT INTO comments (article_id, author_id, body, created_at) SELECT 1 + n DIV 20, ${user}, 'Well said.', NOW(3) FROM ${numbers}`,
  `INSERT INTO friendships (user_id, friend_id, created_at) SELECT 1 + n DIV 20, 1 + n % 5000, NOW(3) FROM ${numbers}`,
  `INSERT INTO activities (id, actor_id, kind, article_id, created_at) SELECT n + 1, 1 + n % 5000, 'article', n + 1, NOW(3) FROM ${numbers}`,
  `INSERT INTO stream (user_id, activity_id) SELECT 1 + n DIV 20, n + 1 FROM ${numbers}`,
  `INSERT INTO profiles (user_id) SELECT n + 1 FROM ${numbers}`,
  `INSERT INTO user_counts (user_id) SELECT n + 1 FROM ${numbers}`,
  `INSERT INTO article_counts (article_id) SELECT n + 1 FROM ${numbers}`,
];
const tables = fill.map((statement) => /INTO (\w+)/.exec(statement)?.[1] as string);

/** One row of EXPLAIN: one table of a statement. */
interface Step {
  select_type: string;
  table: string | null;
  /** How it is read; `ALL` is the whole of it, `index` the whole of an index. */
  type: string | null;
  Extra: string | null;
}

/** What is wrong with it; undefined when nothing is. */
const findFault = ({ select_type, table, type, Extra }: Step): string | undefined => {
  // Where rows go to; nothing is read there.
  if (select_type === 'INSERT') return undefined;
  if (type === 'ALL' || type === 'index') return `reads all of ${table}`;
  return /Using (filesort|temporary)/.exec(Extra ?? '')?.[0];
};

/** `select articles` and the like, for every statement that is built anywhere in the app. */
const builtStatements = (): Set<string> => {
  const folder = join(project, 'lib/web');
  const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const verbs = { selectFrom: 'select', insertInto: 'insert', updateTable: 'update', deleteFrom: 'delete' };
  return new Set(
    [...code.matchAll(/\.(selectFrom|insertInto|updateTable|deleteFrom)\('(\w+)/g)].map(
      ([, builder, table]) => `${verbs[builder as keyof typeof verbs]} ${table}`,
    ),
  );
};

/** The same, of statements that were heard; those within others, too. */
const heardStatements = (statements: readonly string[]): Set<string> =>
  new Set(
    statements.flatMap((statement) =>
      [...statement.matchAll(/\b(select|insert|update|delete)\b(?:(?!\bselect\b).)*?(?:from|into|update) `(\w+)`/gis)]
        .map(([, verb, table]) => `${verb?.toLowerCase()} ${table}`)
        .concat([...statement.matchAll(/^update `(\w+)`/gi)].map(([, table]) => `update ${table}`)),
    ),
  );

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let clone: RunningClone;
  let me: Visitor;
  let connection: Connection;
  let heard: string[];
  const administer = (sql: string) => servers.database.administer('primary', sql);
  const inDatabase = async (sql: string): Promise<unknown> => (await connection.query(sql))[0];

  beforeAll(async () => {
    servers = await startServers(flavour);
    clone = await runClone({ ...servers.env, replicas: [] }, 'clone-1');
    await untilReady(clone);
    const { primaryPort: port, username: login, password, database } = servers.database;
    connection = await createConnection({ host: '127.0.0.1', port, user: login, password, database });
    for (const statement of fill) await inDatabase(statement);
    await inDatabase(`ANALYZE TABLE ${tables.join(', ')}`);
    me = await signIn(clone.url, 'tuner');
    await inDatabase(
      "INSERT INTO profiles SELECT id, 'pictures/AAAAAAAAAAAAAAAAAAAAAA' FROM users WHERE name = 'tuner'",
    );
  }, 180_000);

  afterAll(async () => {
    connection?.destroy();
    await clone?.stop(0);
    await servers?.stop();
  });

  const explain = async (statement: string): Promise<string[]> => {
    // MariaDB logs some without their values; what is compared with a text constant uses an index, whatever its type.
    const steps = (await inDatabase(`EXPLAIN FORMAT=TRADITIONAL ${statement.replaceAll('?', "'1'")}`)) as Step[];
    return steps.flatMap((step) => findFault(step) ?? []);
  };

  /** What the app asks the database while something happens: the server's own log of it. */
  const listen = async (happening: () => Promise<void>): Promise<string[]> => {
    await administer("SET GLOBAL log_output = 'TABLE'");
    await administer('TRUNCATE TABLE mysql.general_log');
    await administer('SET GLOBAL general_log = ON');
    await happening();
    await administer('SET GLOBAL general_log = OFF');
    const log = (await administer(
      "SELECT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log WHERE command_type = 'Execute'",
    )) as { text: string }[];
    return log.map(({ text }) => text).filter((text) => !/general_log|^\s*SELECT VERSION|GTID/i.test(text));
  };

  /** Each route once, in the order that makes them all work; the names are Fastify's. */
  const visits: [string, string, unknown?][] = [
    ['GET', '/'],
    ['GET', '/?before=5000'],
    ['POST', '/api/users', { name: 'another', password: 'correct horse' }],
    ['POST', '/api/session', { name: 'tuner', password: 'correct horse' }],
    ['GET', '/api/me'],
    ['POST', '/api/articles', { title: 'A title', body: 'text' }],
    ['GET', '/api/articles/17'],
    ['GET', '/api/articles/999999'],
    ['GET', '/articles/4711'],
    ['PUT', '/api/articles/17', { title: 'Not mine', body: 'text' }],
    ['PUT', `/api/articles/${rows + 1}`, { title: 'Mine, the first that was not filled in', body: 'text' }],
    ['DELETE', '/api/me/picture', {}],
    ['PUT', '/api/users/filled-7/friend', {}],
    ['GET', '/api/users/filled-9'],
    ['GET', '/users/filled-7'],
    ['GET', '/api/stream'],
    ['GET', '/api/stream?before=90000'],
    ['GET', '/stream'],
    ['GET', '/api/articles/18/comments'],
    ['POST', '/api/articles/18/comments', { body: 'Well said.' }],
    ['DELETE', '/api/users/filled-7/friend', {}],
    ['PUT', '/api/me/password', { password: 'correct horse', next: 'another horse' }],
  ];

  test('no statement of the app reads a whole table or index, sorts, or makes a table of its own', async () => {
    heard = await listen(async () => {
      for (const [method, path, body] of visits) {
        const { status } = await me.send(`${clone.url}${path}`, method, body);
        if (status >= 500) throw new Error(`${method} ${path} answered ${status}`);
      }
    });
    const faults: Record<string, string[]> = {};
    for (const statement of new Set(heard)) {
      const found = await explain(statement);
      if (found.length > 0) faults[statement] = found;
    }
    expect(heard.length).toBeGreaterThan(visits.length);
    expect(faults).toEqual({});
  }, 60_000);

  test('a statement without an index is found out', async () => {
    expect(await explain("SELECT id FROM articles WHERE title = 'Title 17'")).toEqual(['reads all of articles']);
    expect(await explain('SELECT id FROM articles WHERE author_id = 17 ORDER BY title')).toEqual(['Using filesort']);
  });

  test('no statement that is built in the code went unheard', () => {
    const known = heardStatements(heard);
    expect(builtStatements().size).toBeGreaterThan(10);
    expect([...builtStatements()].filter((built) => !known.has(built))).toEqual([]);
  });
});
