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
import { toArguments } from './cache-arguments';
import { figures } from './cache-figures';
import { type CacheMode, type Followed, isAnswering, modes } from './cache-modes';
import type { CacheNode, CacheServerOptions } from './cache-server';
import { overseer, toUsers } from './cache-users';

/** A machine that is busy starts a cluster of three slowly. */
const startMs = 30_000;

export interface CacheOptions extends CacheServerOptions<ValkeyPlan> {
  /** ElastiCache's name of the node. @default - that of the first */
  readonly id?: string;
  /** What people call it. @default - the purpose of the cache */
  readonly name?: string;
  /** The supervisor's own password, the same on all nodes of a group. @default - one of its own */
  readonly password?: string;
}

export class Cache implements CacheNode {
  #client: Redis;
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
    const { port, folder, password = generatePassword(32) } = options;
    this.#port = port;
    this.#followed = followed;
    this.#password = password;
    this.#usersFile = join(folder, 'users.acl');
    this.#busPort = findFreePort();
    this.#client = this.#makeClient();
  }

  #makeClient(): Redis {
    const { tls } = this.options;
    const client = new Redis({
      ...{ host: '127.0.0.1', port: this.#port, username: overseer, password: this.#password },
      tls: tls && { ca: tls.ca },
      lazyConnect: true,
      commandTimeout: 2000,
      maxRetriesPerRequest: 1,
      retryStrategy: (times) => Math.min(times * 20, 500),
    });
    client.on('error', () => {}); // told by the command that fails
    return client;
  }

  /** Of one that has ended: whoever listens where it did is somebody else, and must not be taken for it. */
  letGo(): void {
    this.#client.disconnect();
  }

  /** @param followed whom it follows from the start. @default - nobody: it is a primary */
  static async start(options: CacheOptions, followed?: Followed): Promise<Cache> {
    mkdirSync(options.folder, { recursive: true });
    const node = new Cache(options, followed);
    writeFileSync(node.#usersFile, toUsers(options, node.#password), { mode: 0o600 });
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

  get #mode(): CacheMode {
    return modes[this.plan.mode];
  }

  get role(): 'primary' | 'replica' {
    return this.#followed ? 'replica' : 'primary';
  }

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  /** Starts it with what its folder holds, in the role it has. */
  async restart(): Promise<void> {
    const { program, folder, logFile, processes } = this.options;
    this.letGo();
    this.#client = this.#makeClient();
    const ofMode = this.#mode.toArguments(await this.#busPort);
    this.#process = await FleetProcess.start({
      name: this.name,
      command: [...program.command, ...toArguments(this.options, this.#port, this.#usersFile), ...ofMode],
      cwd: folder,
      logFile,
      processes,
    });
    try {
      // What follows takes commands once it has found whom it follows.
      const isWell = this.#followed ? isAnswering : this.#mode.takesCommands;
      await this.#process.untilHealthy(() => isWell(this.#client), startMs);
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
    await this.#untilDone(() => this.#mode.follow(this.#client, primary));
    await this.process.untilHealthy(
      async () => /^master_link_status:up/m.test(await this.#client.info('replication')),
      20_000,
    );
  }

  /** Where nodes of the cluster talk to this one. */
  get busPort(): Promise<number> {
    return this.#busPort;
  }

  /** Stops following: from now on it takes writes. The one that it followed must be gone. */
  async promote(): Promise<void> {
    await this.#untilDone(() => this.#mode.promote(this.#client));
    this.#followed = undefined;
    await this.process.untilHealthy(() => this.#mode.takesCommands(this.#client), startMs);
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
    return figures[metric]?.(await this.#client.info(), this.plan);
  }

  async readParameters(): Promise<Readonly<Record<string, string>>> {
    return { ...this.plan.parameters, 'maxmemory-policy': await this.setting('maxmemory-policy') };
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    await this.process.stop('SIGTERM', 3000);
  }
}
