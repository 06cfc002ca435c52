// A pool's connections on real servers: few, lent to one at a time, and dropped the moment they may be bad.
import type { Database } from '../../../lib/web/database/database';
import { Pool } from '../../../lib/web/database/pool';
import type { Query } from '../../../lib/web/database/query';
import { flavours } from '../real-servers';
import { Relay } from './relay';
import { raw, type Servers, startServers, toEndpoint, toSecret } from './servers';

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let database: Database;

  beforeAll(async () => {
    servers = await startServers(flavour);
    database = await servers.connect();
    await database.write(raw('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)'));
  });

  afterAll(async () => {
    await servers?.stop();
  });

  const toPool = (connectionLimit: number): Pool =>
    new Pool({ ...servers.primary, connectionLimit, sessionSettings: database.dialect.sessionSettings });
  /** Of as many connections at once. */
  const idsOf = async (pool: Pool, count: number): Promise<Set<number | undefined>> => {
    const sleeping = () => pool.use((query) => query<{ id: number }>('SELECT CONNECTION_ID() AS id, SLEEP(0.2)', []));
    const answers = await Promise.all(Array.from({ length: count }, sleeping));
    return new Set(answers.map(({ rows }) => rows[0]?.id));
  };
  const connectionId = async (pool: Pool): Promise<number | undefined> =>
    (await pool.use((query) => query<{ id: number }>('SELECT CONNECTION_ID() AS id', []))).rows[0]?.id;

  test('keeps a connection whose statement was refused', async () => {
    const pool = toPool(1);
    const id = await connectionId(pool);
    await expect(pool.use((query) => query('SELECT nothing FROM nowhere', []))).rejects.toMatchObject({
      errno: 1146,
    });
    expect(await connectionId(pool)).toBe(id);
    await pool.close();
  });

  test('drops every connection to a server that has become read-only, at the first that finds out', async () => {
    const pool = toPool(3);
    const all = (): Promise<Set<number | undefined>> => idsOf(pool, 3);
    const before = await all();
    expect(before.size).toBe(3);
    await servers.server.administer('primary', 'SET GLOBAL read_only = ON');
    try {
      const insert = pool.use((query) => query("INSERT INTO notes (text) VALUES ('no')", []));
      await expect(insert).rejects.toMatchObject({ statusCode: 503, retryAfterSeconds: 2 });
    } finally {
      await servers.server.administer('primary', 'SET GLOBAL read_only = OFF');
    }
    const after = await all();
    expect([...after].filter((id) => before.has(id))).toEqual([]);
    await pool.close();
  });

  test('drops a connection that was borrowed while its server became read-only', async () => {
    const pool = toPool(2);
    const ids: unknown[] = [];
    await pool.lend(async (lent) => {
      ids.push((await lent.query<{ id: number }>('SELECT CONNECTION_ID() AS id', [])).rows[0]?.id);
      await servers.server.administer('primary', 'SET GLOBAL read_only = ON');
      await pool.use((query) => query("INSERT INTO notes (text) VALUES ('no')", [])).catch(() => undefined);
      await servers.server.administer('primary', 'SET GLOBAL read_only = OFF');
    });
    expect((await idsOf(pool, 2)).has(ids[0] as number)).toBe(false);
    await pool.close();
  });

  test('drops a connection that did not answer in time: the next statement does not queue behind it', async () => {
    // Without the server's own limit on statements: the client's is the last.
    const pool = new Pool({ ...servers.primary, connectionLimit: 1, sessionSettings: 'DO 0' });
    const id = await connectionId(pool);
    const start = performance.now();
    await expect(pool.use((query) => query('SELECT SLEEP(20)', []))).rejects.toMatchObject({ statusCode: 503 });
    expect(await connectionId(pool)).not.toBe(id);
    expect(performance.now() - start).toBeLessThan(15_000);
    await pool.close();
  });

  test('settles every promise when the server falls silent, those of statements that are only being prepared, too', async () => {
    const relay = await Relay.start(servers.server.primaryPort);
    const pool = new Pool({
      ...servers.primary,
      endpoint: toEndpoint(relay.port),
      connectionLimit: 2,
      sessionSettings: 'DO 0',
    });
    await Promise.all([connectionId(pool), connectionId(pool)]);
    relay.fallSilent();
    const start = performance.now();
    const results = await Promise.allSettled([
      connectionId(pool),
      pool.use((query) => query('SELECT 1 AS never_prepared', [])),
      // For these there is no connection left.
      ...Array.from({ length: 6 }, () => connectionId(pool)),
    ]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.statusCode)).toEqual(
      Array(8).fill(503),
    );
    expect(performance.now() - start).toBeLessThan(15_000);
    relay.open();
    expect(await connectionId(pool)).toEqual(expect.any(Number));
    await pool.close();
    await relay.stop();
  });

  test('drops a connection on which somebody left a transaction open', async () => {
    const pool = toPool(1);
    const id = await connectionId(pool);
    await pool.lend(async (lent) => {
      await lent.command('START TRANSACTION');
      await lent.query("INSERT INTO notes (text) VALUES ('left open')", []);
    });
    expect(await connectionId(pool)).not.toBe(id);
    const left = pool.use((query) => query<{ id: number }>("SELECT id FROM notes WHERE text = 'left open'", []));
    expect((await left).rows).toEqual([]);
    await pool.close();
  });

  test('runs nothing for whoever kept a connection after giving it back', async () => {
    const pool = toPool(1);
    let kept: Query | undefined;
    await pool.use(async (query) => {
      kept = query;
    });
    await expect(kept?.('SELECT 1', [])).rejects.toThrow('This connection was given back');
    await pool.close();
  });

  test('answers without preparing when the server has prepared all that it allows', async () => {
    await servers.server.administer('primary', 'SET GLOBAL max_prepared_stmt_count = 0');
    try {
      const pool = toPool(1);
      const { rows } = await pool.use((query) => query<{ text: string }>('SELECT ? AS text', ["it's"]));
      expect(rows).toEqual([{ text: "it's" }]);
      await pool.close();
    } finally {
      await servers.server.administer('primary', 'SET GLOBAL max_prepared_stmt_count = 16382');
    }
  });

  test('says of a value that is none that this is a bug, and not that the database is away', async () => {
    const pool = toPool(1);
    const wrong = pool.use((query) => query('SELECT ?', [undefined as unknown as null]));
    await expect(wrong).rejects.toThrow(TypeError);
    await pool.close();
  });

  test('keeps a connection on which the server itself ended a statement in time', async () => {
    const pool = toPool(1);
    const id = await connectionId(pool);
    const start = performance.now();
    await pool.use((query) => query('SELECT SLEEP(20)', [])).catch(() => undefined);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(await connectionId(pool)).toBe(id);
    await pool.close();
  });

  test('refuses whom it cannot serve: at once when too many wait, after a second when nobody returns', async () => {
    const pool = toPool(1);
    let giveBack = (): void => undefined;
    let kept: Promise<void> | undefined;
    await new Promise<void>((taken) => {
      kept = pool.use(() => {
        taken();
        return new Promise<void>((resolve) => {
          giveBack = resolve;
        });
      });
    });
    const start = performance.now();
    const waited = await Promise.all(
      Array.from({ length: 6 }, () =>
        connectionId(pool).then(
          () => 'served',
          () => (performance.now() - start < 900 ? 'refused at once' : 'refused later'),
        ),
      ),
    );
    expect(waited.sort()).toEqual([...Array(2).fill('refused at once'), ...Array(4).fill('refused later')]);
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(10_000);
    giveBack();
    await kept;
    // Those who gave up took nothing with them.
    expect(await connectionId(pool)).toEqual(expect.any(Number));
    await pool.close();
  });

  test('survives a rotation: new credentials are read when the old ones are refused', async () => {
    const name = 'rotating';
    await servers.server.administer('primary', `CREATE USER ${name}@'%' IDENTIFIED BY 'before'`);
    await servers.server.administer('primary', `GRANT ALL ON ${servers.server.database}.* TO ${name}@'%'`);
    let password = 'before';
    let read = { username: name, password, dbname: servers.server.database };
    const rotating = Object.assign(toSecret(read), {
      get: async () => read,
      renew: async () => (read = { ...read, password }),
    });
    const pool = new Pool({ ...servers.primary, secret: rotating, connectionLimit: 5, sessionSettings: 'DO 0' });
    await connectionId(pool);
    await servers.server.administer('primary', `ALTER USER ${name}@'%' IDENTIFIED BY 'after'`);
    password = 'after';
    const results = await Promise.all(Array.from({ length: 5 }, () => pool.use((query) => query('DO SLEEP(0.1)', []))));
    expect(results).toHaveLength(5);
    await pool.close();
  });
});
