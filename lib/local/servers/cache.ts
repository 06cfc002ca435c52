// Valkey or Redis as one cache of the fleet: its eviction policy, memory bound and users are the template's.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../free-port';
import type { Address } from '../physical';
import type { ValkeyPlan } from '../plan/cache';
import { FleetProcess } from '../process';
import type { Processes } from '../processes';
import type { Program } from '../programs/program';
import { generatePassword } from '../secrets';
import type { CacheServer, CacheServerOptions } from './cache-server';

/** Who the supervisor is to a cache: a user of its own beside the template's. */
const overseer = 'clonekit-local';

export class Cache implements CacheServer {
  #process: FleetProcess | undefined;

  private constructor(
    readonly plan: ValkeyPlan,
    readonly address: Address,
    readonly program: Program,
    private readonly folder: string,
    private readonly command: readonly string[],
    private readonly client: Redis,
    private readonly logFile: string,
    private readonly processes: Processes,
    readonly isEncrypted: boolean,
  ) {}

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  static async start(options: CacheServerOptions<ValkeyPlan>): Promise<Cache> {
    const { program, folder, port, cache, tls, getPassword } = options;
    mkdirSync(folder, { recursive: true });
    const password = generatePassword(32);
    const users = cache.users.map(({ name, access, password: reference }) => {
      const secret = reference ? `>${getPassword(reference)}` : 'resetpass';
      // As `default` Redis 7.0 reads its own file at a restart, and leaves out what that may not do; off it logs nobody in.
      const own = /^off\b/.test(access) ? 'off ~* +@all' : access;
      return `user ${name} reset ${secret} &* ${own}`;
    });
    const usersFile = join(folder, 'users.acl');
    writeFileSync(usersFile, `${users.join('\n')}\nuser ${overseer} reset on >${password} ~* &* +@all\n`, {
      mode: 0o600,
    });
    const client = new Redis({
      host: '127.0.0.1',
      port,
      username: overseer,
      password,
      tls: tls && { ca: tls.ca },
      lazyConnect: true,
      commandTimeout: 2000,
      maxRetriesPerRequest: 1,
      retryStrategy: (times) => Math.min(times * 20, 500),
    });
    client.on('error', () => {}); // told by the command that fails
    const cluster = cache.mode === 'cluster' ? toClusterArguments(await findFreePort()) : [];
    const command = [...program.command, ...toArguments(options, usersFile), ...cluster];
    const server = new Cache(
      cache,
      { host: '127.0.0.1', port },
      program,
      folder,
      command,
      client,
      options.logFile,
      options.processes,
      tls !== undefined,
    );
    await server.restart();
    return server;
  }

  /** Starts it with what its folder holds. */
  async restart(): Promise<void> {
    this.#process = await FleetProcess.start({
      name: this.plan.purpose,
      command: this.command,
      cwd: this.folder,
      logFile: this.logFile,
      processes: this.processes,
    });
    try {
      await this.#process.untilHealthy(() => isHealthy[this.plan.mode](this.client), 10_000);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Replaces the passwords of one user; kept in its folder. */
  async setPasswords(user: string, passwords: readonly string[]): Promise<void> {
    await this.client.call('ACL', 'SETUSER', user, 'resetpass', ...passwords.map((password) => `>${password}`));
    await this.client.call('ACL', 'SAVE');
  }

  /** How many passwords a user has; undefined for one that it does not know. */
  async countPasswords(user: string): Promise<number | undefined> {
    const fields = (await this.client.call('ACL', 'GETUSER', user)) as unknown[] | null;
    const passwords = fields?.[fields.indexOf('passwords') + 1];
    return Array.isArray(passwords) ? passwords.length : undefined;
  }

  /** One figure of `INFO`, e.g. `used_memory`. */
  async info(field: string): Promise<number> {
    const text = await this.client.info();
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  /** A setting it runs with, e.g. `maxmemory-policy`. */
  async setting(name: string): Promise<string> {
    const [, value] = (await this.client.config('GET', name)) as string[];
    return value ?? '';
  }

  async measure(metric: string): Promise<number | undefined> {
    const field = figures[metric];
    return field === undefined ? undefined : await this.info(field);
  }

  async readParameters(): Promise<Readonly<Record<string, string>>> {
    return { ...this.plan.parameters, 'maxmemory-policy': await this.setting('maxmemory-policy') };
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.process.stop('SIGTERM', 3000);
  }
}

/** Figures of CloudWatch → of `INFO`. */
const figures: Readonly<Record<string, string>> = {
  BytesUsedForCache: 'used_memory',
  Evictions: 'evicted_keys',
  CurrConnections: 'connected_clients',
};

/** Slots are numbered from 0; one shard has them all. */
const lastSlot = 16_383;

/** By mode: whether it takes commands. */
const isHealthy: Readonly<Record<ValkeyPlan['mode'], (client: Redis) => Promise<boolean>>> = {
  single: async (client) => (await client.ping()) === 'PONG',
  cluster: async (client) => {
    const state = String(await client.cluster('INFO'));
    // Only the first time: the slots it has are kept in its folder.
    if (/^cluster_slots_assigned:0\b/m.test(state)) await client.cluster('ADDSLOTSRANGE', 0, lastSlot);
    return /^cluster_state:ok\b/m.test(state);
  },
};

/** @param busPort where the nodes of a cluster talk to each other; by default 10,000 above its port, which may not exist */
const toClusterArguments = (busPort: number): string[] => [
  ...['--cluster-enabled', 'yes'],
  ...['--cluster-port', String(busPort), '--cluster-announce-ip', '127.0.0.1'],
];

/** Written to the disk before it is answered, or once a second. */
const fsyncs: Readonly<Record<ValkeyPlan['durability'], string>> = {
  disabled: 'everysec',
  async: 'everysec',
  sync: 'always',
};

const isKept = ({ purpose, durability }: ValkeyPlan): boolean => purpose === 'sessions' || durability !== 'disabled';

/** Where it listens: by TLS, or in the clear. */
const toListening = ({ port, tls }: CacheServerOptions<ValkeyPlan>): string[] =>
  tls
    ? [
        ...['--port', '0', '--tls-port', String(port), '--tls-cluster', 'yes', '--tls-auth-clients', 'no'],
        ...['--tls-cert-file', tls.certificateFile, '--tls-key-file', tls.keyFile, '--tls-ca-cert-file', tls.caFile],
      ]
    : ['--port', String(port)];

function toArguments(options: CacheServerOptions<ValkeyPlan>, usersFile: string): string[] {
  const { cache, folder } = options;
  return [
    ...['--bind', '127.0.0.1', ...toListening(options), '--dir', folder, '--aclfile', usersFile],
    ...['--maxmemory', String(cache.maxMemoryBytes), '--maxmemory-policy', cache.policy],
    // Sessions survive a restart of their cache, as ElastiCache's replicas and snapshots see to; objects may vanish.
    ...['--save', '', '--appendonly', isKept(cache) ? 'yes' : 'no', '--appendfsync', fsyncs[cache.durability]],
    ...['--daemonize', 'no', '--tcp-keepalive', '60'],
  ];
}
