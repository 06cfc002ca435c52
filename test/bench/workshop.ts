// Where a bench works: a folder and processes of its own, all gone when it ends, also when it is interrupted.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localFiles } from '../../lib/config/names';

export const project = join(__dirname, '../..');

/** A supervisor needs this long to stop a fleet; whatever takes longer is killed. */
const stopTimeoutMs = 30_000;

export class Workshop {
  readonly #children = new Set<ChildProcess>();
  readonly #servers = new Set<{ stop(): Promise<void> }>();
  #folders = 0;

  private constructor(readonly folder: string) {}

  /** Below the project, in what git ignores. */
  static open(): Workshop {
    const home = join(project, localFiles.home);
    mkdirSync(home, { recursive: true });
    return new Workshop(mkdtempSync(join(home, 'bench-')));
  }

  /** A folder that nobody has used. */
  createFolder(): string {
    this.#folders += 1;
    const folder = join(this.folder, String(this.#folders));
    mkdirSync(folder);
    return folder;
  }

  /** Stopped at the latest when the bench ends. */
  keep<T extends { stop(): Promise<void> }>(server: T): T {
    this.#servers.add(server);
    return server;
  }

  /** Stops what was kept. */
  async release(...servers: { stop(): Promise<void> }[]): Promise<void> {
    for (const server of servers) this.#servers.delete(server);
    await Promise.all(servers.map((server) => server.stop()));
  }

  spawn(command: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
    const [file, ...args] = command;
    const child = spawn(file, args, { cwd: project, ...options });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Runs a command to its end; returns how many milliseconds that took. */
  async time(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<number> {
    const start = performance.now();
    const child = this.spawn(command, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${command.join(' ')} failed (${code}), got: ${said.trim()}`);
    return performance.now() - start;
  }

  /** Asks a process to end; returns how many milliseconds it took. */
  async stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
    if (!this.#children.has(child)) return 0;
    const start = performance.now();
    const closed = once(child, 'close');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await closed;
    clearTimeout(timer);
    return performance.now() - start;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.stop(child, 'SIGTERM')));
    await this.release(...this.#servers);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
