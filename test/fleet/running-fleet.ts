// A real fleet for tests, started by the command itself, in a home of its own.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localFiles } from '../../lib/config/names';
import { project, serversFolder } from '../provide-servers';

export interface Line {
  readonly event: 'step' | 'note' | 'ready' | 'failed';
  readonly [key: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const command = ['--require', 'tsx/cjs', join(project, 'bin/clonekit.ts')];

/** A home that no other test has, and the environment that points there. */
export function createHome(): { home: string; env: NodeJS.ProcessEnv; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'clonekit-test-'));
  // Fetched and compressed once for all tests: it is the same 125 MB for each.
  const runtimes = join(project, localFiles.home, 'runtimes');
  mkdirSync(runtimes, { recursive: true });
  symlinkSync(runtimes, join(home, 'runtimes'));
  const env = { ...process.env, CLONEKIT_HOME: home, CLONEKIT_SERVERS: serversFolder };
  return { home, env, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Runs one command to its end. */
export function clonekit(args: readonly string[], env: NodeJS.ProcessEnv, timeout = 60_000): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...command, ...args], { cwd: project, env, timeout }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : null) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}

export class StartingFleet {
  readonly lines: Line[] = [];
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(env: NodeJS.ProcessEnv, args: readonly string[] = []) {
    this.child = spawn(process.execPath, [...command, 'up', '--json', '--port', '0', ...args], { cwd: project, env });
    let stdout = '';
    let stderr = '';
    this.child.stdout?.on('data', (chunk) => {
      stdout += chunk;
      this.lines.splice(0, this.lines.length, ...toLines(stdout));
    });
    this.child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    this.ended = new Promise((resolve) => this.child.on('close', (code) => resolve({ code, stdout, stderr })));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Resolves with the first line that fits; rejects with what it said when it ends before. */
  async line(fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found) return found;
      const ended = await Promise.race([this.ended, delay(20)]);
      if (ended && !this.lines.some(fits)) throw new Error(`clonekit up ended: ${ended.stdout}${ended.stderr}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

const toLines = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

export interface RunningFleet {
  readonly url: string;
  readonly endpoint: string;
  readonly region: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly lines: readonly Line[];
  /** One call of the command, pointed at this fleet. */
  clonekit(args: readonly string[]): Promise<Ended>;
  stop(): Promise<Ended>;
}

/** Starts a fleet and waits until it is ready. */
export async function startFleet(extra: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<RunningFleet> {
  const { home, env: base, remove } = createHome();
  const env = { ...base, ...extra };
  const starting = new StartingFleet(env, args);
  const ready = await starting
    .line(({ event }) => event === 'ready')
    .catch(async (error) => {
      starting.signal('SIGTERM');
      await starting.ended;
      remove();
      throw error;
    });
  return {
    url: String(ready.url),
    endpoint: String(ready.endpoint),
    region: String(ready.region),
    home,
    env,
    lines: starting.lines,
    clonekit: (verb) => clonekit(verb, env),
    stop: async () => {
      starting.signal('SIGTERM');
      const ended = await starting.ended;
      remove();
      return ended;
    },
  };
}

/** Process ids of whatever still runs with this home in its command line or working folder. */
export function findLeftovers(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        // Some servers give themselves another command line; none leaves its folder.
        return (
          readlinkSync(`/proc/${pid}/cwd`).startsWith(home) ||
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Waits until something holds; fails with its name when it does not in time. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  withinSeconds = 30,
): Promise<T> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value) return value as T;
    if (Date.now() > deadline) throw new Error(`waited ${withinSeconds} s in vain until ${what}`);
    await delay(50);
  }
}
