// What the app asks of a database, on each flavour: reading what was written, migrating once, and giving up in time.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { openConnection } from '../../../lib/web/database/connection';
import { Database } from '../../../lib/web/database/database';
import { positionWaitSeconds } from '../../../lib/web/database/dialect';
import { migrate } from '../../../lib/web/database/migrations';
import { Pool } from '../../../lib/web/database/pool';
import type { Statement } from '../../../lib/web/database/sql';
import type { Secret } from '../../../lib/web/secrets';
import { flavours, type RealDatabase, startDatabase, untilTrue } from '../real-servers';

const migrations = join(__dirname, '../../../lib/web/migrations');

/** How to halt replication, and let it go on: an administrator's words, not the app's. */
const replication = {
  mysql: { halt: 'STOP REPLICA SQL_THREAD', resume: 'START REPLICA SQL_THREAD' },
  mariadb: { halt: 'STOP SLAVE SQL_THREAD', resume: 'START SLAVE SQL_THREAD' },
};

/** Of a table that only this test has. */
const raw = <Row>(sql: string, values: unknown[] = []): Statement<Row> => ({
  compile: () => CompiledQuery.raw(sql, values) as CompiledQuery<Row>,
});

describe.each(flavours)('on %s', (flavour) => {
  let server: RealDatabase;
  let secret: Secret;
  let database: Database;
  const replicaFailures: string[] = [];
  const { halt, resume } = replication[flavour];

  const endpoint = (port: number) => ({ host: '127.0.0.1', port });
  const primary = () => ({ endpoint: endpoint(server.primaryPort), secret, tls: false });
  const connect = (replicaPorts: number[], poolSize = 10): Promise<Database> =>
    Database.connect({
      primary: endpoint(server.primaryPort),
      replicas: replicaPorts.map(endpoint),
      secret,
      tls: false,
      poolSize,
      onReplicaFailure: (_replica, error) => replicaFailures.push(String(error)),
    });
  const write = (text: string) => database.write(raw('INSERT INTO notes (text) VALUES (?)', [text]));
  const read = (id: number, after: string[], from = database) =>
    from.read(
      raw<{ text: string; server: number }>('SELECT text, @@server_id AS server FROM notes WHERE id = ?', [id]),
      after,
    );

  beforeAll(async () => {
    server = await startDatabase(flavour);
    const credentials = { username: server.username, password: server.password, dbname: server.database };
    secret = { get: async () => credentials, renew: async () => credentials } as unknown as Secret;
    await migrate(primary(), migrations);
    database = await connect([server.replicaPort]);
    await database.write(raw('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)'));
  }, 60_000);

  beforeEach(() => {
    replicaFailures.length = 0;
  });

  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  test('the flavour is found out by asking', () => {
    expect(database.dialect.name).toBe(flavour);
  });

  test('0 of 300 reads of what was just written are stale, and the replica answers them', async () => {
    let stale = 0;
    let byReplica = 0;
    for (let n = 0; n < 300; n++) {
      const { insertId, position } = await write(`note ${n}`);
      const [row] = await read(insertId, [position]);
      if (row?.text !== `note ${n}`) stale++;
      if (row?.server === 2) byReplica++;
    }
    expect(stale).toBe(0);
    expect(byReplica).toBe(300);
  });

  test('every write says where it ended', async () => {
    const [first, second] = [await write('one'), await write('two')];
    expect(first.position).not.toBe('unknown');
    expect(first.position).not.toBe(second.position);
  });

  test('when the replica lags, who must not see it reads from the primary', async () => {
    await server.administer('replica', halt);
    try {
      const { insertId, position } = await write('late');
      const start = performance.now();
      expect(await read(insertId, [position])).toEqual([{ text: 'late', server: 1 }]);
      // Far below a replica's lag: the wait is bounded.
      expect(performance.now() - start).toBeLessThan(10_000);
      // The next one does not wait at all, and who may see old rows is still answered by the replica.
      const again = performance.now();
      expect((await read(insertId, [position]))[0]?.server).toBe(1);
      expect(performance.now() - again).toBeLessThan(positionWaitSeconds * 1000);
      expect(await read(insertId, [])).toEqual([]);
    } finally {
      await server.administer('replica', resume);
    }
    const { insertId, position } = await write('on time');
    await untilTrue('the replica to be asked again', async () => (await read(insertId, [position]))[0]?.server === 2);
  });

  test('what nobody knows the place of is read from the primary', async () => {
    const { insertId } = await write('somewhere');
    expect((await read(insertId, ['unknown']))[0]?.server).toBe(1);
  });

  test('a position that is none, or of another server, is answered by the primary', async () => {
    const { insertId } = await write('odd');
    for (const position of ['nonsense', '3E11FA47-71CA-11E1-9E33-C80AA9429562:99', '9-9-99']) {
      const other = await connect([server.replicaPort]);
      expect((await read(insertId, [position], other))[0]).toEqual({ text: 'odd', server: 1 });
      await other.close();
    }
  });

  test('without a replica, and with one that is down, the primary answers', async () => {
    const { insertId } = await write('alone');
    for (const ports of [[], [1]]) {
      const alone = await connect(ports);
      expect((await read(insertId, [], alone))[0]?.server).toBe(1);
      await alone.close();
    }
    expect(replicaFailures).toHaveLength(1);
  });

  test('a replica that is down is left alone for a while, and then asked again', async () => {
    const { insertId, position } = await write('shared');
    const both = await connect([1, server.replicaPort]);
    const servers: (number | undefined)[] = [];
    for (let n = 0; n < 6; n++) servers.push((await read(insertId, [position], both))[0]?.server);
    expect(replicaFailures).toHaveLength(1);
    expect(servers.filter((id) => id === 2).length).toBeGreaterThanOrEqual(5);
    await both.close();
  });

  test('five clones that migrate at once apply every migration once', async () => {
    await server.administer('primary', `CREATE DATABASE IF NOT EXISTS ${server.database}_five`);
    await server.administer('primary', `GRANT ALL ON ${server.database}_five.* TO '${server.username}'@'%'`);
    const credentials = { ...(await secret.get()), dbname: `${server.database}_five` };
    const five = { get: async () => credentials, renew: async () => credentials } as unknown as Secret;
    const applied = await Promise.all(
      Array.from({ length: 5 }, () => migrate({ ...primary(), secret: five }, migrations)),
    );
    expect(applied.flat()).toEqual(readdirSync(migrations).sort());
    expect(await migrate({ ...primary(), secret: five }, migrations)).toEqual([]);
  });

  test('a clone that waited too long for another one’s migration does not migrate beside it', async () => {
    const other = await openConnection(primary());
    await other.query("SELECT GET_LOCK(CONCAT('migrations.', DATABASE()), 0)");
    await expect(migrate(primary(), migrations, 1)).rejects.toThrow(
      'Another clone has been migrating for more than 1 s.',
    );
    other.destroy();
    expect(await migrate(primary(), migrations)).toEqual([]);
  });

  test('a migration that fails says so, is not recorded, leaves the lock, and applies when it is mended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clonekit-migrations-'));
    try {
      writeFileSync(join(folder, '002-broken.sql'), 'CREATE TABLE IF NOT EXISTS half (id INT); CREATE TABLE broken (');
      await expect(migrate(primary(), folder)).rejects.toThrow(/syntax/);
      writeFileSync(
        join(folder, '002-broken.sql'),
        'CREATE TABLE IF NOT EXISTS half (id INT); CREATE TABLE broken (id INT)',
      );
      expect(await migrate(primary(), folder)).toEqual(['002-broken.sql']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('no more connections than the pool size are opened to a server, and four times as many may wait', async () => {
    const small = await connect([server.replicaPort], 2);
    const started = Promise.allSettled(
      // Two at work, eight that wait, one too many.
      Array.from({ length: 11 }, () =>
        small.readPrimary(raw<{ id: number }>('SELECT CONNECTION_ID() AS id, SLEEP(0.1)')),
      ),
    );
    const answers = await started;
    const ids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value[0]?.id] : []));
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(2);
    await small.close();
  });

  describe('a pool', () => {
    const toPool = (connectionLimit: number): Pool =>
      new Pool({ ...primary(), connectionLimit, sessionSettings: database.dialect.sessionSettings });
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

    test('drops a connection whose server has become read-only', async () => {
      const pool = toPool(1);
      const id = await connectionId(pool);
      await server.administer('primary', 'SET GLOBAL read_only = ON');
      try {
        const insert = pool.use((query) => query("INSERT INTO notes (text) VALUES ('no')", []));
        await expect(insert).rejects.toMatchObject({ statusCode: 503, retryAfterSeconds: 2 });
      } finally {
        await server.administer('primary', 'SET GLOBAL read_only = OFF');
      }
      expect(await connectionId(pool)).not.toBe(id);
      await pool.close();
    });

    test('drops a connection that did not answer in time', async () => {
      // Without the server's own limit on statements: the client's is the last.
      const pool = new Pool({ ...primary(), connectionLimit: 1, sessionSettings: 'DO 0' });
      const id = await connectionId(pool);
      const start = performance.now();
      await expect(pool.use((query) => query('SELECT SLEEP(20)', []))).rejects.toMatchObject({ statusCode: 503 });
      expect(performance.now() - start).toBeLessThan(15_000);
      expect(await connectionId(pool)).not.toBe(id);
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
      await server.administer('primary', `CREATE USER ${name}@'%' IDENTIFIED BY 'before'`);
      await server.administer('primary', `GRANT ALL ON ${server.database}.* TO ${name}@'%'`);
      let password = 'before';
      let read = { username: name, password, dbname: server.database };
      const rotating = {
        get: async () => read,
        renew: async () => (read = { ...read, password }),
      } as unknown as Secret;
      const pool = new Pool({ ...primary(), secret: rotating, connectionLimit: 5, sessionSettings: 'DO 0' });
      await connectionId(pool);
      await server.administer('primary', `ALTER USER ${name}@'%' IDENTIFIED BY 'after'`);
      password = 'after';
      const results = await Promise.all(
        Array.from({ length: 5 }, () => pool.use((query) => query('DO SLEEP(0.1)', []))),
      );
      expect(results).toHaveLength(5);
      await pool.close();
    });
  });
});
