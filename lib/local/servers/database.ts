// One MySQL-compatible server of the fleet: primary or replica, with the parameters of the template.
import { spawn } from 'node:child_process';
import { constants, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { OperatorError } from '../../config/operator-error';
import type { Address } from '../physical';
import type { DatabasePlan } from '../plan';
import { FleetProcess } from '../process';
import { withLock } from '../programs/lock';
import type { Program } from '../programs/program';
import { generatePassword } from '../secrets';
import { type DatabaseFlavour, quote } from './database-flavour';
import { mariadb } from './mariadb';
import { mysql } from './mysql';

const flavours: Readonly<Record<string, DatabaseFlavour>> = { mysql, mariadb };

/** What RDS grants its master user: everything but what could step out of the database or past a replica's refusal. */
const masterPrivileges =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, ' +
  'CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, ' +
  'CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER';

/** Who the supervisor is to a database: an account of its own beside the template's. */
const overseer = 'clonekit_local';
const replicationUser = 'clonekit_replication';

export interface DatabaseOptions {
  readonly program: Program;
  readonly stop: AbortSignal;
  readonly folder: string;
  readonly socketFolder: string;
  /** Where freshly initialised data folders are kept, one a program version. */
  readonly pristineFolder: string;
  readonly port: number;
  readonly database: DatabasePlan;
  /** Unique within the fleet, from 1. */
  readonly serverId: number;
  readonly databaseName: string;
  readonly master: { readonly username: string; readonly password: string };
}

export class Database {
  readonly address: Address;
  readonly #passwords = { overseer: generatePassword(32), replication: generatePassword(32) };
  readonly #data: string;
  #process: FleetProcess | undefined;

  private constructor(private readonly options: DatabaseOptions) {
    this.address = { host: '127.0.0.1', port: options.port };
    this.#data = join(options.folder, 'data');
  }

  static async start(options: DatabaseOptions): Promise<Database> {
    const server = new Database(options);
    mkdirSync(options.folder, { recursive: true });
    try {
      const pristine = await providePristine(options.program, options.pristineFolder);
      await cp(pristine, server.#data, { recursive: true, mode: constants.COPYFILE_FICLONE });
    } catch (error) {
      throw toDiskError(options.database.id, error);
    }
    const initFile = join(options.folder, 'init.sql');
    writeFileSync(initFile, toInitSql(options, server.#passwords), { mode: 0o600 });
    await server.#launch([`--init-file=${initFile}`]);
    rmSync(initFile);
    return server;
  }

  get plan(): DatabasePlan {
    return this.options.database;
  }

  get program(): Program {
    return this.options.program;
  }

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  /** Starts it with the data it had; a replica goes on following. */
  async restart(): Promise<void> {
    await this.#launch([]);
    if (this.plan.role === 'replica') await this.query(getFlavour(this.program).refuseWrites);
  }

  async #launch(extra: readonly string[]): Promise<void> {
    const { program, folder, database } = this.options;
    this.#process = await FleetProcess.start({
      name: database.role === 'primary' ? 'primary' : database.id,
      command: [...program.command, ...toArguments(this.options, this.#data), ...extra],
      cwd: folder,
      logFile: join(folder, 'database.log'),
      stop: this.options.stop,
    });
    try {
      await this.#process.untilHealthy(async () => (await this.query('SELECT 1')).length === 1, 60_000);
    } catch (error) {
      await this.#process.stop('SIGKILL', 1000);
      throw error;
    }
  }

  /** Makes this server a read-only replica of another, and waits until it has caught up with it. */
  async follow(primary: Database): Promise<void> {
    const flavour = getFlavour(this.program);
    const source = { ...primary.address, username: replicationUser, password: primary.#passwords.replication };
    for (const statement of flavour.follow(source)) await this.query(statement);
    await this.query(flavour.refuseWrites);
    await this.process.untilHealthy(async () => (await this.findLagSeconds()) === 0, 30_000);
  }

  /** Seconds a replica is behind its primary; undefined on a primary and while replication does not run. */
  async findLagSeconds(): Promise<number | undefined> {
    const { replicaStatus, columns } = getFlavour(this.program);
    const [row] = await this.query(replicaStatus);
    if (row?.[columns.io] !== 'Yes' || row[columns.sql] !== 'Yes' || row[columns.lag] === null) return undefined;
    return Number(row[columns.lag]);
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGTERM', 5000);
  }

  /** Runs one statement as the supervisor, who may do anything. */
  async query(statement: string): Promise<Record<string, unknown>[]> {
    const { host, port } = this.address;
    const connection = await createConnection({
      ...{ host, port, user: overseer, password: this.#passwords.overseer, connectTimeout: 5000 },
    });
    try {
      const [rows] = await connection.query({ sql: statement, timeout: 10_000 });
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      connection.destroy();
    }
  }
}

const getFlavour = (program: Program): DatabaseFlavour => flavours[program.flavour] as DatabaseFlavour;

function toInitSql(options: DatabaseOptions, passwords: { overseer: string; replication: string }): string {
  const { master, databaseName, database } = options;
  const user = (name: string, password: string, grants: string) =>
    `CREATE USER ${quote(name)}@'%' IDENTIFIED BY ${quote(password)};\nGRANT ${grants} ON *.* TO ${quote(name)}@'%'`;
  return [
    // Accounts are each server's own: were they in the binary log, a replica would meet them a second time.
    'SET SESSION sql_log_bin = 0',
    `ALTER USER 'root'@'localhost' IDENTIFIED BY ${quote(passwords.overseer)}`,
    "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1'",
    `CREATE USER '${overseer}'@'127.0.0.1' IDENTIFIED BY ${quote(passwords.overseer)}`,
    `GRANT ALL ON *.* TO '${overseer}'@'127.0.0.1' WITH GRANT OPTION`,
    `${user(master.username, master.password, masterPrivileges)} WITH GRANT OPTION`,
    user(replicationUser, passwords.replication, 'REPLICATION SLAVE'),
    'SET SESSION sql_log_bin = 1',
    ...(database.role === 'primary' ? [`CREATE DATABASE IF NOT EXISTS \`${databaseName}\` CHARACTER SET utf8mb4`] : []),
    '',
  ].join(';\n');
}

function toArguments(options: DatabaseOptions, data: string): string[] {
  const { program, port, serverId, database, socketFolder } = options;
  const flavour = getFlavour(program);
  const parameters = Object.entries(database.parameters)
    .filter(([name, value]) => !(name in flavour.without) && !value.includes('{'))
    .map(([name, value]) => `--${name.replaceAll('_', '-')}=${value}`);
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...flavour.arguments(program),
    ...[`--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
    ...[`--socket=${join(socketFolder, `db${serverId}.sock`)}`, `--pid-file=${join(data, 'server.pid')}`],
    ...[`--server-id=${serverId}`, '--log-bin=binlog', '--log-replica-updates=ON'],
    '--innodb-buffer-pool-size=64M',
    ...parameters,
    ...flavour.replication,
  ].map((argument) => (program.flavour === 'mariadb' ? argument.replace('log-replica', 'log-slave') : argument));
}

/** A freshly initialised data folder of this program, made once and copied by every start. */
async function providePristine(program: Program, home: string): Promise<string> {
  const folder = join(home, `${program.flavour}-${program.version}`);
  if (existsSync(folder)) return folder;
  return await withLock(
    `${folder}.lock`,
    () => {},
    async () => {
      if (existsSync(folder)) return folder;
      const partial = `${folder}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      await initialise(program, partial);
      // Every server must have an identity of its own.
      rmSync(join(partial, 'auto.cnf'), { force: true });
      renameSync(partial, folder);
      return folder;
    },
  );
}

async function initialise(program: Program, folder: string): Promise<void> {
  const { command, stdin } = getFlavour(program).initialise(program, folder);
  const [file, ...args] = command as [string, ...string[]];
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(file, [...args, ...user], {
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const line = said.split('\n').findLast((text) => /error/i.test(text)) ?? said.trim().split('\n').at(-1) ?? '';
      reject(toDiskError('database', `${program.path} could not make its system tables, got: ${line.trim()}`));
    });
    child.stdin.on('error', () => {}); // told by its exit code
    child.stdin.end(stdin ?? '');
  });
}

const toDiskError = (name: string, error: unknown): unknown => {
  const text = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|No space left|errno 28|disk full/i.test(text)) {
    return new OperatorError(`${name}: the disk is full, got: ${text}. Free some disk space and start again`);
  }
  return typeof error === 'string' ? new OperatorError(`${name}: ${error}`) : error;
};
