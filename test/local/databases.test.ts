// Databases as real servers: a restart, a standby that takes over while people write, and a replica that is promoted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Databases } from '../../lib/local/databases';
import { findFreePort } from '../../lib/local/free-port';
import { keepAlive } from '../../lib/local/keep-alive';
import { Processes } from '../../lib/local/processes';
import { provideProgram } from '../../lib/local/programs/provide';
import { RunFolder } from '../../lib/local/run-folder';
import type { Database } from '../../lib/local/servers/database';
import { getFlavour } from '../../lib/local/servers/database-flavours';
import { ServiceEvents } from '../../lib/local/service-events';
import { makeServerTls, type ServerTls } from '../../lib/local/tls/authority';
import { until } from '../fleet/running-fleet';
import { project, serversFolder } from '../provide-servers';
import { planWith } from './planned';

const master = { username: 'admin', password: 'password-for-tests-only' };

describe.each(['mysql', 'mariadb'])('on %s', (flavour) => {
  const processes = new Processes();
  const events = new ServiceEvents();
  const kept: Promise<void>[] = [];
  let folder: string;
  let databases: Databases;
  let tls: ServerTls;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clonekit-databases-'));
    const plan = planWith((config) => {
      config.database.multiAz = true;
    });
    const env = { PATH: process.env.PATH, CLONEKIT_DATABASE: flavour };
    const ports = new Map([plan.primary, ...plan.replicas].map(({ key }) => [key, 0]));
    for (const key of ports.keys()) ports.set(key, await findFreePort());
    tls = await makeServerTls(join(folder, 'tls'), ['localhost', '127.0.0.1']);
    databases = new Databases({
      plan,
      program: await provideProgram('database', { project, serversFolder, env }),
      processes,
      run: new RunFolder(join(folder, 'run')),
      pristineFolder: serversFolder,
      portOf: (key) => ports.get(key) as number,
      master,
      users: [],
      tls,
      events,
    });
    const started = await Promise.all(databases.starts().map(({ start }) => start()));
    for (const database of started) {
      const server = databases.standbys.toKept(database);
      kept.push(
        keepAlive({
          name: () => database.name,
          server,
          stop: processes.stop,
          onBack: async () => {},
          onEvent: () => {},
        }),
      );
    }
  }, 120_000);

  afterAll(async () => {
    processes.close();
    await databases?.stop();
    await Promise.all(kept);
    expect(processes.records).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  const primary = () => databases.instances[0] as Database;
  const replica = () => databases.instances[1] as Database;
  const messages = () => events.all.map(({ message }) => message);

  /** One write by whoever people are; resolves once it is acknowledged. */
  async function write(value: number): Promise<void> {
    const { host, port } = primary().address;
    const [user, password] = [master.username, master.password];
    const connection = await createConnection({
      ...{ host, port, user, password, database: 'clonekit', connectTimeout: 1000 },
      ssl: { ca: tls.ca, verifyIdentity: true },
    });
    try {
      await connection.query({ sql: `INSERT INTO things VALUES (${value})`, timeout: 2000 });
    } finally {
      connection.destroy();
    }
  }
  const read = async (database: Database): Promise<number[]> =>
    (await database.query('SELECT id FROM clonekit.things ORDER BY id')).map(({ id }) => Number(id));

  test('a standby runs and is none of the instances', async () => {
    await primary().query('CREATE TABLE clonekit.things (id INT PRIMARY KEY)');
    expect(databases.standbys.of(primary())).toBeDefined();
    expect(databases.instances.map(({ plan }) => plan.role)).toEqual(['primary', 'replica']);
    expect(processes.records.map(({ name }) => name)).toContain('standby');
    await write(0);
    await until('the replica has it', async () => (await read(replica())).length === 1);
  });

  test('clients are counted, and neither the supervisor nor who follows is one', async () => {
    expect(await primary().countConnections()).toBe(0);
    const { host, port } = primary().address;
    const [user, password] = [master.username, master.password];
    const client = await createConnection({ host, port, user, password, ssl: { ca: tls.ca, verifyIdentity: true } });
    expect(await primary().countConnections()).toBe(1);
    await client.end();
    await until('it is gone', async () => (await primary().countConnections()) === 0);
    expect(await primary().findFreeBytes()).toBeGreaterThan(0);
  });

  let next = 1;
  /** People write while the standby takes over; every write that was acknowledged must be there afterwards. */
  async function writeWhile(failOver: () => void): Promise<void> {
    const { address, process: before } = primary();
    const ended = messages().length;
    const written: number[] = [];
    let goesOn = true;
    const writing = (async () => {
      while (goesOn) {
        const value = next++;
        await write(value).then(
          () => written.push(value),
          () => {},
        );
      }
    })();
    await until('some are written', async () => written.length > 20);
    failOver();
    await until('it is over', async () => messages().slice(ended).includes('Multi-AZ instance failover completed'));
    const many = written.length;
    await until('writes go on', async () => written.length > many + 20);
    goesOn = false;
    await writing;
    expect(primary().address).toEqual(address);
    expect(primary().process.pid).not.toBe(before.pid);
    await until('it is at rest', async () => databases.statusOf(primary()) === 'available');
    const kept = new Set(await read(primary()));
    expect(written.filter((value) => !kept.has(value))).toEqual([]);
    for (const follower of [replica(), databases.standbys.of(primary()) as Database]) {
      await until('whoever follows has all', async () => (await read(follower)).length >= kept.size);
    }
  }

  test('a failover keeps the address and every acknowledged write', async () => {
    await writeWhile(() => {
      databases.standbys.failOver(primary());
      expect(databases.statusOf(primary())).toBe('rebooting');
    });
  }, 120_000);

  const untilThereIsAStandby = async () => {
    await until('there is one that may take over', async () => databases.standbys.isProtected(primary()));
    await until('it follows', async () => (await databases.standbys.of(primary())?.replication.findLagSeconds()) === 0);
  };

  test.each(['once', 'and again'])(
    'so does the death of the primary, %s',
    async () => {
      await untilThereIsAStandby();
      await writeWhile(() => process.kill(primary().process.pid, 'SIGKILL'));
    },
    120_000,
  );

  test('what a read replica was sent and the standby was not is there once the standby has taken over', async () => {
    await untilThereIsAStandby();
    const thread = flavour === 'mysql' ? 'STOP REPLICA IO_THREAD' : 'STOP SLAVE IO_THREAD';
    await databases.standbys.of(primary())?.query(thread);
    await write(800_000);
    await until('the replica has it', async () => (await read(replica())).includes(800_000));
    const { pid } = primary().process;
    process.kill(pid, 'SIGKILL');
    await until('it has taken over', async () => (await read(primary())).length > 0 && primary().process.pid !== pid);
    expect(await read(primary())).toContain(800_000);
    await write(800_001);
    await until('the replica follows', async () => (await read(replica())).includes(800_001));
  }, 120_000);

  test('a standby that dies while it is built anew is built once more, and takes over from nobody until then', async () => {
    await untilThereIsAStandby();
    const { pid } = primary().process;
    process.kill(pid, 'SIGKILL');
    const standby = await until('it is begun anew', async () => {
      const found = databases.standbys.of(primary())?.process;
      return found?.ended === undefined && found?.pid !== pid && primary().process.pid !== pid && found;
    });
    expect(databases.standbys.isProtected(primary())).toBe(false);
    process.kill(standby.pid, 'SIGKILL');
    await untilThereIsAStandby();
    const written = await read(primary());
    await until(
      'it has all',
      async () => (await read(databases.standbys.of(primary()) as Database)).length >= written.length,
    );
  }, 120_000);

  test('a write waits for the standby, and no longer than a second for one that hangs', async () => {
    await untilThereIsAStandby();
    const pid = databases.standbys.of(primary())?.process.pid as number;
    process.kill(pid, 'SIGSTOP');
    const began = Date.now();
    await write(900_000);
    expect(Date.now() - began).toBeGreaterThan(900);
    process.kill(pid, 'SIGCONT');
    await untilThereIsAStandby();
  }, 60_000);

  test('after it, the standby that was the primary follows, so that it can be done again', async () => {
    const before = messages().length;
    databases.standbys.failOver(primary());
    await until('it is over', async () => messages().slice(before).includes('Multi-AZ instance failover completed'));
    await write(1_000_000);
    await until('the replica has it', async () => (await read(replica())).includes(1_000_000));
  }, 120_000);

  test('a reboot is a restart of the same server', async () => {
    const { pid } = replica().process;
    databases.reboot(replica());
    expect(databases.statusOf(replica())).toBe('rebooting');
    await until('it is back', async () => databases.statusOf(replica()) === 'available');
    expect(replica().process.pid).not.toBe(pid);
    await until('it follows again', async () => (await replica().replication.findLagSeconds()) === 0);
    expect(events.all.filter(({ source }) => source === replica().plan.id).map(({ message }) => message)).toEqual([
      'DB instance shutdown',
      'DB instance restarted',
    ]);
  });

  test('a replica that is promoted takes writes and follows nobody', async () => {
    databases.promote(replica());
    expect(databases.statusOf(replica())).toBe('modifying');
    await until('it is done', async () => databases.statusOf(replica()) === 'available');
    expect(replica().plan.role).toBe('primary');
    await replica().query('INSERT INTO clonekit.things VALUES (2000000)');
    await write(3_000_000);
    expect(await read(replica())).not.toContain(3_000_000);
    expect(await replica().replication.findLagSeconds()).toBeUndefined();
  });

  test('a standby that cannot catch up does not take over: the primary goes on as it was', async () => {
    const [stop = ''] = getFlavour(primary().program).unfollow;
    await databases.standbys.of(primary())?.query(stop);
    await write(4_000_000);
    const { pid } = primary().process;
    databases.standbys.failOver(primary());
    await until('it is given up', async () => messages().at(-1)?.includes('did not catch up'));
    await until('it is at rest', async () => databases.statusOf(primary()) === 'available');
    await write(5_000_000);
    expect(primary().process.pid).toBe(pid);
  }, 60_000);
});
