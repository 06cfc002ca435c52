// The one place where tests of the app get real servers from: a replicated database and a cache, on loopback.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findFreePort } from '../../lib/local/free-port';
import type { ValkeyPlan } from '../../lib/local/plan/cache';
import type { DatabasePlan } from '../../lib/local/plan/database';
import { Processes } from '../../lib/local/processes';
import { provideProgram } from '../../lib/local/programs/provide';
import type { Accounts } from '../../lib/local/servers/accounts';
import { Cache } from '../../lib/local/servers/cache';
import { Database } from '../../lib/local/servers/database';
import type { ServerTls } from '../../lib/local/tls/authority';
import { openCache } from '../../lib/web/caches';
import type { CacheClient } from '../../lib/web/caches/mode';
import type { CacheMode } from '../../lib/web/env';
import type { Secret } from '../../lib/web/secrets';
import { project, serversFolder } from '../provide-servers';
import { pauseProcess } from './paused';

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
  /** Kills the primary in the middle of whatever it does. */
  crashPrimary(): Promise<void>;
  /** Starts it again, with what it had written. */
  restartPrimary(): Promise<void>;
  stop(): Promise<void>;
}

interface CacheOptions {
  /** @default 'single' */
  mode?: CacheMode;
  /** @default - whichever a fleet prefers */
  flavour?: (typeof cacheFlavours)[number];
  /** @default - in the clear: what is tested is something else */
  tls?: ServerTls;
}

export interface RealCache {
  mode: CacheMode;
  port: number;
  username: string;
  password: string;
  /** For looking at what is really there. */
  open(): Redis;
  /** The app's own client. */
  openAsApp(secret?: Secret): Promise<CacheClient>;
  /** Makes it hang: connections stay open, and nothing comes back until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** A contract test runs on each. */
export const flavours: Flavour[] = ['mysql', 'mariadb'];
export const cacheFlavours = ['valkey', 'redis'] as const;
export const cacheModes: CacheMode[] = ['single', 'cluster'];

const username = 'clonekit';
const password = 'password-for-tests-only';
const database = 'clonekit';

const createFolder = (): string => mkdtempSync(join(tmpdir(), 'clonekit-web-'));

export async function startDatabase(
  flavour: Flavour,
  users: Accounts['users'] = [],
  tls?: ServerTls,
): Promise<RealDatabase> {
  const folder = createFolder();
  const env = { PATH: process.env.PATH, CLONEKIT_DATABASE: flavour };
  const program = await provideProgram('database', { project, serversFolder, env });
  const start = async (role: DatabasePlan['role'], serverId: number): Promise<Database> =>
    await Database.start({
      program,
      processes: new Processes(),
      logFile: join(folder, `${role}.log`),
      folder: join(folder, role),
      socketFolder: folder,
      pristineFolder: serversFolder,
      port: await findFreePort(),
      // No parameters: the app must not lean on those of a parameter group.
      database: {
        role,
        key: role,
        id: role,
        instanceClass: '',
        engine: flavour,
        engineVersion: '',
        parameterGroup: '',
        parameters: {},
        multiAz: false,
      },
      serverId,
      databaseName: database,
      master: { username, password },
      users,
      tls,
    });
  const [primary, replica] = await Promise.all([start('primary', 1), start('replica', 2)]);
  await replica.follow(primary);
  return {
    flavour,
    primaryPort: primary.address.port,
    replicaPort: replica.address.port,
    username,
    password,
    database,
    administer: (server, sql) => (server === 'primary' ? primary : replica).query(sql),
    crashPrimary: () => primary.process.stop('SIGKILL', 5000),
    restartPrimary: () => primary.restart(),
    stop: async () => {
      // Their data is thrown away: nothing to save first.
      await Promise.all([primary, replica].map(({ process }) => process.stop('SIGKILL', 5000)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startCache({ mode = 'single', flavour, tls }: CacheOptions = {}): Promise<RealCache> {
  const folder = createFolder();
  const env = { PATH: process.env.PATH, CLONEKIT_CACHE: flavour };
  const program = await provideProgram('cache', { project, serversFolder, env: flavour && env });
  const secret = { secretArn: 'arn', key: 'password' };
  const plan: ValkeyPlan = {
    purpose: 'objects',
    key: 'cache',
    id: 'cache',
    engine: program.flavour,
    engineVersion: program.version,
    nodeType: '',
    parameterGroup: '',
    parameters: {},
    policy: 'noeviction',
    maxMemoryBytes: 256 << 20,
    mode,
    durability: 'disabled',
    replicas: 0,
    automaticFailover: false,
    multiAz: false,
    // The app's user may do what it may do in production, and no more.
    users: [
      { id: username, name: username, access: 'on ~* +@all -@dangerous', password: secret },
      { id: 'administrator', name: 'administrator', access: 'on ~* +@all', password: secret },
      { id: 'default', name: 'default', access: 'off ~* -@all' },
    ],
  };
  const port = await findFreePort();
  const cache = await Cache.start({
    program,
    processes: new Processes(),
    logFile: join(folder, 'cache.log'),
    folder,
    port,
    cache: plan,
    tls,
    getPassword: () => password,
  });
  const known = { get: async () => ({ username, password }), renew: async () => ({ username, password }) };
  return {
    mode,
    port,
    username,
    password,
    openAsApp: (secret = known as unknown as Secret) =>
      openCache({
        kind: 'sessions',
        mode,
        endpoint: { host: '127.0.0.1', port },
        secret,
        tls: false,
        onError: () => {},
      }),
    open: () => new Redis({ port, host: '127.0.0.1', username: 'administrator', password, retryStrategy: () => 50 }),
    pause: () => pauseProcess(cache.process.pid),
    resume: () => cache.process.signal('SIGCONT'),
    stop: async () => {
      await cache.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export { findFreePort as getFreePort };

/** Waits for a condition, not for a time; gives up when the process it waits for has gone, or after 25 s. */
export async function untilTrue(what: string, condition: () => Promise<boolean>, child?: ChildProcess): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await condition())) {
    if (child && child.exitCode !== null) throw new Error(`Waited for ${what}, and it exited with ${child.exitCode}.`);
    if (Date.now() > end) throw new Error(`Waited 25 s for ${what}.`);
    await sleep(20);
  }
}
