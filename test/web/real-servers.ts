// The one place where tests of the app get real servers from: a replicated database and a cache, on loopback.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';

export type Flavour = 'mysql' | 'mariadb';

export interface RealDatabase {
  flavour: Flavour;
  primaryPort: number;
  replicaPort: number;
  username: string;
  password: string;
  database: string;
  /** Runs one statement as an administrator: for faults on purpose. */
  administer(server: 'primary' | 'replica', sql: string): Promise<unknown>;
  stop(): Promise<void>;
}

export interface RealCache {
  port: number;
  username: string;
  password: string;
  /** A client that may do everything: for looking at what is really there, and for faults on purpose. */
  open(): Redis;
  /** Makes it hang: connections stay open, and nothing comes back until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** The flavours whose binaries are here; a contract test runs on each. */
export const flavours: Flavour[] = ['mysql'];

// Temporary, until lib/local/servers finds binaries: where some are unpacked, and their own loader and libraries.
const root = '/tmp/apt/root';
const libraries = `${root}/usr/lib/x86_64-linux-gnu`;

function run(program: string, args: string[]): ChildProcess {
  const loader = `${libraries}/ld-linux-x86-64.so.2`;
  return spawn(loader, ['--library-path', libraries, `${root}/usr/${program}`, ...args], { stdio: 'ignore' });
}

const username = 'clonekit';
const password = 'password-for-tests-only';
const database = 'clonekit';

export async function startDatabase(flavour: Flavour): Promise<RealDatabase> {
  if (flavour !== 'mysql') throw new Error(`No binaries of ${flavour} here.`);
  const pristine = await getPristineFolder();
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-database-'));
  const servers = await Promise.all([
    startMysql(pristine, join(folder, 'primary'), 1),
    startMysql(pristine, join(folder, 'replica'), 2),
  ]);
  const [primary, replica] = servers;
  await primary.administer(`CREATE DATABASE ${database}`);
  await primary.administer(`CREATE USER '${username}'@'%' IDENTIFIED BY '${password}'`);
  await primary.administer(`GRANT ALL ON ${database}.* TO '${username}'@'%'`);
  await primary.administer("CREATE USER 'replication'@'%' IDENTIFIED BY 'replication'");
  await primary.administer("GRANT REPLICATION SLAVE ON *.* TO 'replication'@'%'");
  await replica.administer(
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${primary.port}, SOURCE_USER = 'replication',
       SOURCE_PASSWORD = 'replication', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_CONNECT_RETRY = 1`,
  );
  await replica.administer('START REPLICA');
  await replica.administer('SET GLOBAL super_read_only = ON');
  const grants = () => replica.administer(`SHOW GRANTS FOR '${username}'@'%'`);
  await untilTrue('the replica to follow', () =>
    grants().then(
      () => true,
      () => false,
    ),
  );
  return {
    flavour,
    primaryPort: primary.port,
    replicaPort: replica.port,
    username,
    password,
    database,
    administer: (server, sql) => (server === 'primary' ? primary : replica).administer(sql),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface RunningMysql {
  port: number;
  administer(sql: string): Promise<unknown>;
  stop(): Promise<void>;
}

const mysqlArguments = (dataFolder: string): string[] => [
  '--no-defaults',
  '--user=root',
  `--basedir=${root}/usr`,
  `--lc-messages-dir=${root}/usr/share/mysql`,
  `--plugin-dir=${root}/usr/lib/mysql/plugin`,
  '--secure-file-priv=',
  `--datadir=${dataFolder}`,
];

/** Initialising takes seconds and gives the same every time: once per machine, then copied. */
async function getPristineFolder(): Promise<string> {
  const folder = join(tmpdir(), 'clonekit-mysql-9-pristine');
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(join(tmpdir(), 'clonekit-mysql-initialising-'));
  await untilExit(run('sbin/mysqld', [...mysqlArguments(join(fresh, 'data')), '--initialize-insecure']));
  // Without its identity, every copy makes itself a new one.
  rmSync(join(fresh, 'data/auto.cnf'), { force: true });
  try {
    renameSync(join(fresh, 'data'), folder);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(folder)) throw error;
  }
  rmSync(fresh, { recursive: true, force: true });
  return folder;
}

async function startMysql(pristine: string, dataFolder: string, serverId: number): Promise<RunningMysql> {
  cpSync(pristine, dataFolder, { recursive: true });
  const port = await getFreePort();
  const socketPath = `${dataFolder}.sock`;
  const child = run('sbin/mysqld', [
    ...mysqlArguments(dataFolder),
    '--mysqlx=0',
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${socketPath}`,
    `--server-id=${serverId}`,
    '--gtid-mode=ON',
    '--enforce-gtid-consistency=ON',
    '--innodb-buffer-pool-size=32M',
    '--innodb-redo-log-capacity=16M',
    '--performance-schema=OFF',
  ]);
  const administer = async (sql: string): Promise<unknown> => {
    const connection = await createConnection({ socketPath, user: 'root', connectTimeout: 2_000 });
    try {
      return (await connection.query(sql))[0];
    } finally {
      connection.destroy();
    }
  };
  await untilTrue(
    `mysqld on port ${port}`,
    () =>
      administer('SELECT 1').then(
        () => true,
        () => false,
      ),
    child,
  );
  return { port, administer, stop: () => stop(child) };
}

export async function startCache(): Promise<RealCache> {
  const port = await getFreePort();
  // The app's user may do what it may do in production, and no more.
  const users = [
    ['--user', username, 'on', `>${password}`, '~*', '&*', '+@all', '-@dangerous'],
    ['--user', 'administrator', 'on', `>${password}`, '~*', '&*', '+@all'],
    ['--user', 'default', 'off'],
  ];
  const child = run('bin/valkey-server', [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...users.flat(),
  ]);
  const open = (): Redis =>
    new Redis({ port, host: '127.0.0.1', username: 'administrator', password, retryStrategy: () => 50 });
  const probe = open();
  probe.on('error', () => undefined);
  await untilTrue(
    `valkey-server on port ${port}`,
    () =>
      probe.ping().then(
        () => true,
        () => false,
      ),
    child,
  );
  probe.disconnect();
  return {
    port,
    username,
    password,
    open,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: () => stop(child),
  };
}

export async function getFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits for a condition, not for a time; gives up when the process it waits for has gone, or after 25 s. */
export async function untilTrue(what: string, condition: () => Promise<boolean>, child?: ChildProcess): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await condition())) {
    if (child && child.exitCode !== null) throw new Error(`Waited for ${what}, and it exited with ${child.exitCode}.`);
    if (Date.now() > end) throw new Error(`Waited 25 s for ${what}.`);
    await sleep(20);
  }
}

async function untilExit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

async function stop(child: ChildProcess): Promise<void> {
  // Their data is thrown away: nothing to save first.
  child.kill('SIGKILL');
  await untilExit(child);
}
