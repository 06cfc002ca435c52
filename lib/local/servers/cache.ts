// Valkey or Redis as one node of a cache of the fleet: its eviction policy, memory bound and users are the template's.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../free-port';
import type { Address } from '../physical';
import { memberIdsOf, type ValkeyPlan } from '../plan/cache';
import { FleetProcess } from '../process';
import type { Program } from '../programs/program';
import { generatePassword } from '../secrets';
import type { CacheNode, CacheServerOptions } from './cache-server';

/** Who the supervisor is to a cache: a user of its own beside the template's. */
const overseer = 'clonekit-local';

/** Whom a node follows. */
export interface Followed {
  readonly port: number;
  /** Where nodes of a cluster talk to it. */
  readonly busPort: number;
}

export interface CacheOptions extends CacheServerOptions<ValkeyPlan> {
  /** ElastiCache's name of the node. @default - that of the first */
  readonly id?: string;
  /** What people call it. @default - the purpose of the cache */
  readonly name?: string;
  /** The supervisor's own password, the same on all nodes of a group. @default - one of its own */
  readonly password?: string;
}

export class Cache implements CacheNode {
  readonly #client: Redis;
  readonly #busPort: Promise<number>;
  readonly #usersFile: string;
  readonly #password: string;
  #process: FleetProcess | undefined;
  #port: number;
  #followed: Followed | undefined;

  private constructor(
    private readonly options: CacheOptions,
    followed: Followed | undefined,
  ) {
    const { port, tls, folder, password = generatePassword(32) } = options;
    this.#port = port;
    this.#followed = followed;
    this.#password = password;
    this.#usersFile = join(folder, 'users.acl');
    this.#busPort = findFreePort();
    this.#client = new Redis({
      ...{ host: '127.0.0.1', port, username: overseer, password },
      tls: tls && { ca: tls.ca },
      lazyConnect: true,
      commandTimeout: 2000,
      maxRetriesPerRequest: 1,
      retryStrategy: (times) => Math.min(times * 20, 500),
    });
    this.#client.on('error', () => {}); // told by the command that fails
  }

  /** @param followed whom it follows from the start. @default - nobody: it is a primary */
  static async start(options: CacheOptions, followed?: Followed): Promise<Cache> {
    mkdirSync(options.folder, { recursive: true });
    const node = new Cache(options, followed);
    node.#writeUsers();
    await node.restart();
    return node;
  }

  get id(): string {
    return this.options.id ?? (memberIdsOf(this.plan)[0] as string);
  }

  get name(): string {
    return this.options.name ?? this.plan.purpose;
  }

  get plan(): ValkeyPlan {
    return this.options.cache;
  }

  get program(): Program {
    return this.options.program;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: this.#port };
  }

  get isEncrypted(): boolean {
    return this.options.tls !== undefined;
  }

  get role(): 'primary' | 'replica' {
    return this.#followed ? 'replica' : 'primary';
  }

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  #writeUsers(): void {
    const { cache, getPassword } = this.options;
    const users = cache.users.map(({ name, access, password: reference }) => {
      const secret = reference ? `>${getPassword(reference)}` : 'resetpass';
      // As `default` Redis 7.0 reads its own file at a restart, and leaves out what that may not do; off it logs nobody in.
      const own = /^off\b/.test(access) ? 'off ~* +@all' : access;
      return `user ${name} reset ${secret} &* ${own}`;
    });
    const own = `user ${overseer} reset on >${this.#password} ~* &* +@all\n`;
    writeFileSync(this.#usersFile, `${users.join('\n')}\n${own}`, { mode: 0o600 });
  }

  /** Starts it with what its folder holds, in the role it has. */
  async restart(): Promise<void> {
    const { program, folder, logFile, processes } = this.options;
    const { mode } = this.plan;
    const cluster = mode === 'cluster' ? toClusterArguments(await this.#busPort) : [];
    this.#process = await FleetProcess.start({
      name: this.name,
      command: [...program.command, ...toArguments(this.options, this.#port, this.#usersFile), ...cluster],
      cwd: folder,
      logFile,
      processes,
    });
    try {
      const isWell = this.#followed ? isAnswering : isHealthy[mode];
      await this.#process.untilHealthy(() => isWell(this.#client), 10_000);
      // By command and not by argument: a process's arguments can be read by others.
      await this.#untilDone(() => this.#client.config('SET', 'masteruser', overseer));
      await this.#untilDone(() => this.#client.config('SET', 'masterauth', this.#password));
      if (this.#followed) await this.follow(this.#followed);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** One command that may be given again: a machine that is busy answers late. */
  async #untilDone(command: () => Promise<unknown>): Promise<void> {
    // Told once more, Redis says that it is so already.
    await this.process.untilHealthy(async () => /^OK\b/.test(String(await command())), 20_000);
  }

  /** Where it listens becomes another port; who is connected stays connected. */
  async moveTo(port: number): Promise<void> {
    await this.#untilDone(() => this.#client.config('SET', this.options.tls ? 'tls-port' : 'port', String(port)));
    this.setPort(port);
  }

  /** Where it listens once it is started again. */
  setPort(port: number): void {
    this.#port = port;
    this.#client.options.port = port;
  }

  /** Becomes a copy of another node, and waits until it has all that there is. */
  async follow(primary: Followed): Promise<void> {
    this.#followed = primary;
    if (this.plan.mode === 'cluster') await this.#followInCluster(primary);
    else await this.#untilDone(() => this.#client.replicaof('127.0.0.1', primary.port));
    await this.process.untilHealthy(
      async () => /^master_link_status:up/m.test(await this.#client.info('replication')),
      20_000,
    );
  }

  async #followInCluster({ port, busPort }: Followed): Promise<void> {
    const find = async (): Promise<string | undefined> =>
      String(await this.#client.cluster('NODES'))
        .split('\n')
        .find((line) => line.includes(`127.0.0.1:${port}@`));
    await this.process.untilHealthy(async () => {
      const primary = await find();
      if (!primary) await this.#client.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort));
      // Told to follow before it has heard who is the primary, Redis 7.0 may crash, and again at each start.
      if (!primary || !/ \S*master\S* /.test(primary)) return false;
      return (await this.#client.call('CLUSTER', 'REPLICATE', primary.split(' ')[0] as string)) === 'OK';
    }, 20_000);
  }

  /** Where nodes of the cluster talk to this one. */
  get busPort(): Promise<number> {
    return this.#busPort;
  }

  /** Stops following: from now on it takes writes. The one that it followed must be gone. */
  async promote(): Promise<void> {
    this.#followed = undefined;
    if (this.plan.mode === 'single') return await this.#untilDone(() => this.#client.replicaof('NO', 'ONE'));
    await this.#client.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await this.process.untilHealthy(() => isHealthy.cluster(this.#client), 10_000);
  }

  /** Follows from its next start on. */
  demote(primary: Followed): void {
    this.#followed = primary;
  }

  /** Replaces the passwords of one user; kept in its folder. */
  async setPasswords(user: string, passwords: readonly string[]): Promise<void> {
    await this.#client.call('ACL', 'SETUSER', user, 'resetpass', ...passwords.map((password) => `>${password}`));
    await this.#client.call('ACL', 'SAVE');
  }

  /** How many passwords a user has; undefined for one that it does not know. */
  async countPasswords(user: string): Promise<number | undefined> {
    const fields = (await this.#client.call('ACL', 'GETUSER', user)) as unknown[] | null;
    const passwords = fields?.[fields.indexOf('passwords') + 1];
    return Array.isArray(passwords) ? passwords.length : undefined;
  }

  /** One figure of `INFO`, e.g. `used_memory`. */
  async info(field: string): Promise<number> {
    const text = await this.#client.info();
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  /** A setting it runs with, e.g. `maxmemory-policy`. */
  async setting(name: string): Promise<string> {
    const [, value] = (await this.#client.config('GET', name)) as string[];
    return value ?? '';
  }

  async measure(metric: string): Promise<number | undefined> {
    return await figures[metric]?.(await this.#client.info(), this);
  }

  async readParameters(): Promise<Readonly<Record<string, string>>> {
    return { ...this.plan.parameters, 'maxmemory-policy': await this.setting('maxmemory-policy') };
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    await this.process.stop('SIGTERM', 3000);
  }
}

const toFigure =
  (field: string) =>
  (info: string): number | undefined => {
    const text = new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1];
    return text === undefined ? undefined : Number(text);
  };

/** Figures of CloudWatch, from what `INFO` tells. */
const figures: Readonly<Record<string, (info: string, node: Cache) => number | undefined>> = {
  BytesUsedForCache: toFigure('used_memory'),
  DatabaseMemoryUsagePercentage: (info, { plan }) => {
    const used = toFigure('used_memory')(info);
    return used === undefined ? undefined : (100 * used) / plan.maxMemoryBytes;
  },
  Evictions: toFigure('evicted_keys'),
  CurrConnections: toFigure('connected_clients'),
  CacheHits: toFigure('keyspace_hits'),
  CacheMisses: toFigure('keyspace_misses'),
  CurrItems: (info) => [...info.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, [, keys]) => sum + Number(keys), 0),
  IsMaster: (info) => (/^role:master/m.test(info) ? 1 : 0),
  ReplicationLag: (info) => (/^role:slave/m.test(info) ? toFigure('master_last_io_seconds_ago')(info) : undefined),
};

const isAnswering = async (client: Redis): Promise<boolean> => (await client.ping()) === 'PONG';

/** Slots are numbered from 0; one shard has them all. */
const lastSlot = 16_383;

/** By mode: whether it takes commands. */
const isHealthy: Readonly<Record<ValkeyPlan['mode'], (client: Redis) => Promise<boolean>>> = {
  single: isAnswering,
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
const toListening = (port: number, tls: CacheOptions['tls']): string[] =>
  tls
    ? [
        ...['--port', '0', '--tls-port', String(port), '--tls-cluster', 'yes', '--tls-auth-clients', 'no'],
        ...['--tls-replication', 'yes'],
        ...['--tls-cert-file', tls.certificateFile, '--tls-key-file', tls.keyFile, '--tls-ca-cert-file', tls.caFile],
      ]
    : ['--port', String(port)];

function toArguments({ cache, folder, tls }: CacheOptions, port: number, usersFile: string): string[] {
  return [
    ...['--bind', '127.0.0.1', ...toListening(port, tls), '--dir', folder, '--aclfile', usersFile],
    ...['--maxmemory', String(cache.maxMemoryBytes), '--maxmemory-policy', cache.policy],
    // Sessions survive a restart of their cache, as ElastiCache's replicas and snapshots see to; objects may vanish.
    ...['--save', '', '--appendonly', isKept(cache) ? 'yes' : 'no', '--appendfsync', fsyncs[cache.durability]],
    ...['--daemonize', 'no', '--tcp-keepalive', '60'],
    // A replica has what there is at once, and not five seconds later together with others that may come.
    ...['--repl-diskless-sync-delay', '0'],
  ];
}
