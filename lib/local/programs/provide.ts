// Finds the program for each role: a path that was given, else the machine's PATH, else the distribution's packages.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { OperatorError } from '../../config/operator-error';
import { type Apt, hasApt, openApt, type Suite } from './apt';
import { type CatalogueRow, type CommonRole, catalogue, overrides, type Role } from './catalogue';
import { withLock } from './lock';
import { findProgram, type Program } from './program';

export interface ProvideOptions {
  /** The project's folder, where `.clonekit.json` may name programs. */
  readonly project: string;
  /** Where packages are kept, downloaded and unpacked. */
  readonly serversFolder: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Where servers lie beside the PATH: sbin, which an ordinary user's leaves out. @default /usr/local/sbin, /usr/sbin */
  readonly systemFolders?: readonly string[];
  /** Whether packages of the distribution can be had. @default - whether there is apt */
  readonly usesApt?: boolean;
  readonly onProgress?: (text: string) => void;
  /** Ends a download that is under way. */
  readonly stop?: AbortSignal;
}

/** Programs by what they are for: those of every fleet, and of one that has more, those. */
export type Programs = Readonly<Record<CommonRole, Program> & Partial<Record<Role, Program>>>;

/** One program for every role that each fleet has. Throws an OperatorError with the remedy where one cannot be had. */
export async function providePrograms(options: ProvideOptions): Promise<Programs> {
  const find = toFinder(options);
  const [balancer, cache, database] = await Promise.all([find('load balancer'), find('cache'), find('database')]);
  return { 'load balancer': balancer, cache, database };
}

/** And one for every other role that this fleet has. */
export async function provideMissing(
  programs: Programs,
  roles: readonly Role[],
  options: ProvideOptions,
): Promise<Programs> {
  const find = toFinder(options);
  const missing = roles.filter((role) => !programs[role]);
  const found = await Promise.all(missing.map(async (role) => [role, await find(role)] as const));
  return { ...programs, ...Object.fromEntries(found) };
}

/** The program for one role. */
export const provideProgram = async (role: Role, options: ProvideOptions): Promise<Program> =>
  await toFinder(options)(role);

function toFinder(options: ProvideOptions): (role: Role) => Promise<Program> {
  const env = options.env ?? process.env;
  const { systemFolders = ['/usr/local/sbin', '/usr/sbin'] } = options;
  const given = readGiven(options.project);
  const packages = new PackageSource(
    options.serversFolder,
    options.usesApt ?? hasApt(),
    options.onProgress ?? (() => {}),
    options.stop,
  );
  return async (role) => {
    const rows = catalogue.filter((row) => row.role === role);
    const wanted = env[overrides[role].env] || given[overrides[role].key];
    const wantedBy = env[overrides[role].env] ? overrides[role].env : `.clonekit.json: servers.${overrides[role].key}`;
    if (wanted?.includes('/')) return await getGiven(rows, resolve(options.project, wanted), wantedBy);
    const allowed = wanted ? rows.filter((row) => row.flavour === wanted) : rows;
    if (allowed.length === 0) {
      const flavours = rows.map((row) => row.flavour).join(' or ');
      throw new OperatorError(`${wantedBy}: must be the path of a program or ${flavours}, got: ${wanted}`);
    }
    return (
      (await findOnPath(allowed, [...(env.PATH ?? '').split(delimiter), ...systemFolders])) ??
      (await packages.get(allowed))
    );
  };
}

function readGiven(project: string): Record<string, string | undefined> {
  const file = join(project, '.clonekit.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')).servers ?? {};
  } catch (error) {
    throw new OperatorError(`.clonekit.json: must be JSON, got: ${(error as Error).message}`);
  }
}

async function getGiven(rows: readonly CatalogueRow[], path: string, wantedBy: string): Promise<Program> {
  for (const row of rows) {
    const program = await findProgram(row, path);
    if (program) return program;
  }
  const flavours = rows.map((row) => row.flavour).join(' or ');
  throw new OperatorError(
    `${wantedBy}: must be a working ${flavours} program, got: ${path}${existsSync(path) ? ' (it does not answer --version as one)' : ' (no such file)'}. ` +
      'Correct the path, or leave it out to let clonekit find one',
  );
}

async function findOnPath(rows: readonly CatalogueRow[], path: readonly string[]): Promise<Program | undefined> {
  const folders = path.filter(Boolean);
  for (const row of rows) {
    for (const candidate of row.executables.flatMap((name) => folders.map((folder) => join(folder, name)))) {
      const program = await findProgram(row, candidate);
      if (program) return program;
    }
  }
  return undefined;
}

/** Packages of the distribution, unpacked into one folder a flavour. */
class PackageSource {
  readonly #opened = new Map<Suite, Promise<Apt | undefined>>();
  /** Downloads take turns: apt's archives and the lock file serve one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly usesApt: boolean,
    private readonly onProgress: (text: string) => void,
    private readonly stop: AbortSignal | undefined,
  ) {}

  async get(rows: readonly CatalogueRow[]): Promise<Program> {
    const kept = await this.#findUnpacked(rows[0] as CatalogueRow);
    if (kept) return kept;
    if (!this.usesApt) throw toInstallError(rows);
    const onWait = () => this.onProgress('another clonekit is downloading servers; waiting for it');
    const program = this.#turn.then(() =>
      withLock(join(this.folder, 'lock'), { onWait, stop: this.stop }, () => this.#getFirst(rows)),
    );
    this.#turn = program.catch(() => {});
    return await program;
  }

  /** The preferred flavour if it can be had, else the next. */
  async #getFirst(rows: readonly CatalogueRow[]): Promise<Program> {
    let failure: unknown;
    for (const row of rows) {
      try {
        const program = (await this.#findUnpacked(row)) ?? (await this.#download(row));
        if (program) return program;
      } catch (error) {
        if (this.stop?.aborted) throw error;
        failure ??= error;
        const next = rows[rows.indexOf(row) + 1];
        if (next) this.onProgress(`no ${row.flavour} (${(error as Error).message}); trying ${next.flavour}`);
      }
    }
    throw failure ?? toInstallError(rows);
  }

  async #findUnpacked(row: CatalogueRow): Promise<Program | undefined> {
    const root = join(this.folder, row.flavour);
    for (const name of row.executables) {
      for (const folder of ['usr/sbin', 'usr/bin']) {
        const program = await findProgram(row, join(root, folder, name), root);
        if (program) return program;
      }
    }
    return undefined;
  }

  async #download(row: CatalogueRow): Promise<Program | undefined> {
    for (const suite of ['own', 'unstable'] as const) {
      const apt = await this.#open(suite);
      const found = await apt?.findPackage(row.packages);
      if (!apt || !found) continue;
      await apt.unpack(found.name, join(this.folder, row.flavour), this.onProgress);
      const program = await this.#findUnpacked(row);
      if (program) return program;
      throw new OperatorError(
        `servers: ${found.name} ${found.version} was unpacked but does not start on this machine. ` +
          `Name another program with ${overrides[row.role].env}=/path`,
      );
    }
    return undefined;
  }

  #open(suite: Suite): Promise<Apt | undefined> {
    const opened = this.#opened.get(suite) ?? openApt(this.folder, suite, this.onProgress, this.stop);
    this.#opened.set(suite, opened);
    return opened;
  }
}

function toInstallError(rows: readonly CatalogueRow[]): OperatorError {
  const row = rows[0] as CatalogueRow;
  const command = existsSync('/usr/bin/dnf')
    ? `sudo dnf install ${row.install.dnf}`
    : `brew install ${row.install.brew}`;
  return new OperatorError(
    `servers: no ${row.role} program is on the PATH and this system has no apt to fetch one. ` +
      `Install it with: ${command} (or name one with ${overrides[row.role].env}=/path)`,
  );
}
