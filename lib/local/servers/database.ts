// One MySQL-compatible server of the fleet: primary or replica, with the parameters of the template.
import { constants, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cp, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { Address } from '../physical';
import type { DatabasePlan } from '../plan/database';
import { FleetProcess, Stopped } from '../process';
import type { Processes } from '../processes';
import type { Program } from '../programs/program';
import { generatePassword } from '../secrets';
import type { ServerTls } from '../tls/authority';
import { type Accounts, overseer, replicationUser, toInitSql } from './accounts';
import { toArguments } from './database-arguments';
import { getFlavour } from './database-flavours';
import { providePristine } from './pristine';
import { Replication } from './replication';

export interface DatabaseOptions extends Accounts {
  /** What people call it. @default - its role, or its identifier */
  readonly name?: string;
  /** Of the supervisor and of replication; whoever may take over must have the same. @default - its own */
  readonly passwords?: { readonly overseer: string; readonly replication: string };
  readonly program: Program;
  readonly processes: Processes;
  readonly logFile: string;
  readonly folder: string;
  readonly socketFolder: string;
  /** Where freshly initialised data folders are kept, one a program version. */
  readonly pristineFolder: string;
  readonly port: number;
  /** Unique within the fleet, from 1. */
  readonly serverId: number;
  /** By which it proves who it is. @default - it speaks no TLS that anybody could verify */
  readonly tls?: ServerTls;
}

/** What may change while it lives. */
export interface DatabaseIdentity {
  readonly id: string;
  readonly role: DatabasePlan['role'];
  readonly port: number;
  /** What people call it. @default - its role, or its identifier */
  readonly name?: string;
}

export class Database {
  readonly #passwords: { readonly overseer: string; readonly replication: string };
  readonly #data: string;
  #identity: DatabaseIdentity;
  #serverId: number;
  #source: Database | undefined;
  /** What was ended on purpose. */
  #ended: FleetProcess | undefined;
  #process: FleetProcess | undefined;
  readonly replication = new Replication(this);

  private constructor(private readonly options: DatabaseOptions) {
    this.#passwords = options.passwords ?? { overseer: generatePassword(32), replication: generatePassword(32) };
    const { name, port, database, serverId } = options;
    this.#serverId = serverId;
    this.#identity = { name, port, id: database.id, role: database.role };
    this.#data = join(options.folder, 'data');
  }

  static async start(options: DatabaseOptions): Promise<Database> {
    const server = new Database(options);
    mkdirSync(options.folder, { recursive: true });
    await server.#begin();
    return server;
  }

  /** Starts it with nothing but the accounts. */
  async #begin(): Promise<void> {
    const { options } = this;
    await cp(await providePristine(options), this.#data, { recursive: true, mode: constants.COPYFILE_FICLONE });
    const initFile = join(options.folder, 'init.sql');
    writeFileSync(initFile, toInitSql({ ...options, database: this.plan }, this.#passwords), { mode: 0o600 });
    await this.#launch([`--init-file=${initFile}`]);
    rmSync(initFile);
  }

  /**
   * One that has ended begins anew: what it had may be what nobody else has.
   * @param serverId one that no other had: a server takes nothing that was first written by its own
   */
  async rebuild(serverId: number): Promise<void> {
    this.#serverId = serverId;
    rmSync(this.#data, { recursive: true, force: true });
    this.#source = undefined;
    await this.#begin();
  }

  /** What it is now: roles and names change. */
  get plan(): DatabasePlan {
    const { id, role } = this.#identity;
    return { ...this.options.database, id, role };
  }

  get identity(): DatabaseIdentity {
    return this.#identity;
  }

  get name(): string {
    return this.#identity.name ?? (this.plan.role === 'primary' ? 'primary' : this.plan.id);
  }

  get address(): Address {
    return { host: '127.0.0.1', port: this.#identity.port };
  }

  /** Whom it follows. */
  get source(): Database | undefined {
    return this.#source;
  }

  get program(): Program {
    return this.options.program;
  }

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  /** Starts it with the data it had; a replica goes on following. */
  async restart(): Promise<void> {
    const flavour = getFlavour(this.program);
    await this.#launch(this.plan.role === 'replica' ? [flavour.refuseWritesArgument] : []);
  }

  async #launch(extra: readonly string[]): Promise<void> {
    const { program, folder } = this.options;
    const of = { port: this.#identity.port, serverId: this.#serverId, data: this.#data };
    this.#process = await FleetProcess.start({
      name: this.name,
      command: [...program.command, ...toArguments({ ...this.options, ...of }), ...extra],
      cwd: folder,
      logFile: this.options.logFile,
      processes: this.options.processes,
    });
    try {
      await this.#process.untilHealthy(async () => (await this.query('SELECT 1')).length === 1, 60_000);
    } catch (error) {
      await this.#process.stop('SIGKILL', 1000);
      throw error;
    }
  }

  /** What it is, and where it listens, once it is started again. */
  become(identity: Partial<DatabaseIdentity>): void {
    this.#identity = { ...this.#identity, ...identity };
  }

  /** Whether it was ended on purpose, and is not back yet. */
  get isRestarting(): boolean {
    return this.#process !== undefined && this.#process === this.#ended;
  }

  /** Ends it in some way, and waits until whoever keeps it alive has started it again. */
  async restartBy(end: () => Promise<void>): Promise<void> {
    const before = this.process;
    this.#ended = before;
    await end();
    const deadline = Date.now() + 60_000;
    while (this.process === before || !(await this.#answers())) {
      if (this.options.processes.stop.aborted) throw new Stopped();
      if (Date.now() > deadline) throw this.process.toError('did not come back within 60 s');
      await delay(50);
    }
  }

  async #answers(): Promise<boolean> {
    return await this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Stops following and takes writes. */
  async promote(): Promise<void> {
    await this.unfollow();
    await this.replication.takeWrites();
    this.become({ role: 'primary' });
  }

  /** Takes nothing more from whom it followed. */
  async unfollow(): Promise<void> {
    await this.replication.unfollow();
    this.#source = undefined;
  }

  /** Makes this server a read-only replica of another, and waits until it has caught up with it. */
  async follow(primary: Database): Promise<void> {
    await this.turnTo(primary);
    await this.replication.untilLevel();
  }

  /** Makes this server a read-only replica of another. */
  async turnTo(primary: Database): Promise<void> {
    if (this.#source) await this.unfollow();
    this.#source = primary;
    const { tls } = primary.options;
    const password = primary.#passwords.replication;
    await this.replication.follow({ ...primary.address, username: replicationUser, password, caFile: tls?.caFile });
  }

  /** Another answers at the address that it follows. */
  sourceIs(source: Database): void {
    this.#source = source;
  }

  /** Of clients: neither the supervisor's own, nor those by which replicas follow. */
  async countConnections(): Promise<number> {
    const own = [overseer, replicationUser, 'system user', 'event_scheduler'];
    const all = await this.query('SHOW PROCESSLIST');
    return all.filter(({ User }) => !own.includes(String(User))).length;
  }

  /** Bytes that are left on the disk its data is on. */
  async findFreeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#data);
    return bavail * bsize;
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGTERM', 5000);
  }

  /** Of one that was stopped for good. */
  removeData(): void {
    rmSync(this.options.folder, { recursive: true, force: true });
  }

  /** Runs one statement as the supervisor, who may do anything. */
  async query(statement: string, timeoutMs = 10_000): Promise<Record<string, unknown>[]> {
    const { host, port } = this.address;
    const { tls } = this.options;
    const connection = await createConnection({
      ...{ host, port, user: overseer, password: this.#passwords.overseer, connectTimeout: Math.min(timeoutMs, 5000) },
      ssl: tls && { ca: tls.ca, rejectUnauthorized: true, verifyIdentity: true },
    });
    try {
      const [rows] = await connection.query({ sql: statement, timeout: timeoutMs });
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      connection.destroy();
    }
  }
}
