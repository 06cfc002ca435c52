// One process of the fleet: started with a log of its own, watched, and stopped for good.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import { toLastWords } from './last-words';
import type { Processes } from './processes';

export interface ProcessOptions {
  /** What people call it, e.g. `sessions`. */
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  readonly processes: Processes;
  /** The whole environment; nothing is inherited but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads. @default - nothing */
  readonly stdin?: string;
}

/** Not a failure: what was being started is not wanted any more. */
export class Stopped extends OperatorError {
  constructor() {
    super('stopped while the fleet was starting');
  }
}

export class FleetProcess {
  readonly name: string;
  readonly pid: number;
  readonly startedAt = new Date();
  /** Settles when the process is gone, with how it ended. */
  readonly exited: Promise<string>;
  #ended: string | undefined;
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    pid: number,
    private readonly options: ProcessOptions,
  ) {
    this.#child = child;
    this.pid = pid;
    this.name = options.name;
    options.processes.add(options.name, pid);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        options.processes.remove(pid);
        this.#ended = signal ? `signal ${signal}` : `exit code ${code}`;
        resolve(this.#ended);
      });
    });
  }

  static async start(options: ProcessOptions): Promise<FleetProcess> {
    if (options.processes.stop.aborted) throw new Stopped();
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = openSync(options.logFile, 'a');
    try {
      const [file, ...args] = options.command as [string, ...string[]];
      const child = spawn(file, args, {
        cwd: options.cwd,
        env: { PATH: process.env.PATH, ...options.env },
        stdio: [options.stdin === undefined ? 'ignore' : 'pipe', log, log],
        // A group of its own: Ctrl-C in the terminal reaches the supervisor only, which then stops things in order.
        detached: true,
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (error) =>
          reject(new OperatorError(`${options.name}: could not be started, got: ${error.message}`)),
        );
      });
      child.stdin?.on('error', () => {}); // told by its exit code
      child.stdin?.end(options.stdin);
      return new FleetProcess(child, child.pid as number, options);
    } finally {
      closeSync(log);
    }
  }

  /** How it ended; undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  /** Ends it and whatever it has started, at once. */
  endGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // All of them are gone.
    }
  }

  /** Asks it to end with a signal and ends it by force when it has not within the time. */
  async stop(signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
    if (this.#ended) return;
    this.signal(signal);
    const late = Symbol('late');
    const timer = new AbortController();
    const first = await Promise.race([this.exited, delay(timeoutMs, late, { signal: timer.signal }).catch(() => late)]);
    timer.abort();
    if (first !== late) return;
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Waits until the probe answers; fails at once when the process dies, and after the time with its last words. */
  async untilHealthy(probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.options.processes.stop.aborted) throw new Stopped();
      if (this.#ended) throw this.toError(`died at start (${this.#ended})`);
      if (await probe().catch(() => false)) return;
      if (Date.now() > deadline) throw this.toError(`did not become healthy within ${timeoutMs / 1000} s`);
      await delay(20);
    }
  }

  toError(what: string): OperatorError {
    const said = this.lastWords();
    const remedy = /No space left|disk full|errno 28|\(28\)/i.test(said)
      ? 'Free some disk space and start again'
      : /Address already in use|Cannot bind|Could not create server TCP/i.test(said)
        ? 'Another program took its port; start again'
        : `Its log is ${this.options.logFile}`;
    return new OperatorError(`${this.name}: ${what}, got: ${said || 'no word in its log'}. ${remedy}`);
  }

  private lastWords(): string {
    return existsSync(this.options.logFile) ? toLastWords(readFileSync(this.options.logFile, 'utf8')) : '';
  }
}
