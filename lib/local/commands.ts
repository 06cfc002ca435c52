// Scripts that are run "on" clones: as processes of this machine.
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cloneFolder } from '../config/names';
import type { Instance } from './instance';
import { FleetProcess } from './process';
import type { Processes } from './processes';

/** SSM's word. */
export type InvocationStatus = 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

export interface Invocation {
  readonly commandId: string;
  readonly instanceId: string;
  readonly startedAt: Date;
  endedAt?: Date;
  status: InvocationStatus;
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface Command {
  readonly id: string;
  readonly script: string;
  readonly requestedAt: Date;
  readonly invocations: readonly Invocation[];
  /** Ends what of it goes on. */
  readonly cancel: () => void;
}

/** The first characters of a file, however large it is. */
function readStart(path: string, most: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(most);
    return bytes.subarray(0, readSync(file, bytes, 0, most, 0)).toString();
  } finally {
    closeSync(file);
  }
}

/** What Run Command keeps of an output, in characters. */
const mostOutput = 24_000;
/** Kept for who asks later. */
const mostCommands = 100;

export interface CommandOptions {
  /** Until it is ended. */
  readonly seconds: number;
  /** Where it works. @default - a folder of its own, as the agent's */
  readonly folder?: string;
}

export interface CommandsOptions {
  readonly processes: Processes;
  /** For outputs, while a script runs. */
  readonly folder: string;
}

export class Commands {
  readonly #all: Command[] = [];

  constructor(private readonly options: CommandsOptions) {}

  get all(): readonly Command[] {
    return this.#all;
  }

  find(id: string): Command | undefined {
    return this.#all.find((command) => command.id === id);
  }

  /** Returns at once; the script goes on. */
  send(instances: readonly Instance[], script: string, options: CommandOptions): Command {
    const id = randomUUID();
    const cancelled = new AbortController();
    const invocations = instances.map((instance): Invocation => {
      const of = { commandId: id, instanceId: instance.id, startedAt: new Date() };
      const invocation: Invocation = { ...of, status: 'InProgress', exitCode: -1, stdout: '', stderr: '' };
      this.#run(instance, invocation, script, { ...options, cancelled: cancelled.signal }).catch((error) => {
        Object.assign(invocation, { status: 'Failed', stderr: (error as Error).message, endedAt: new Date() });
      });
      return invocation;
    });
    const command: Command = { id, script, requestedAt: new Date(), invocations, cancel: () => cancelled.abort() };
    this.#all.unshift(command);
    this.#all.splice(mostCommands);
    return command;
  }

  async #run(
    instance: Instance,
    invocation: Invocation,
    script: string,
    { seconds, folder: wanted, cancelled }: CommandOptions & { readonly cancelled: AbortSignal },
  ): Promise<void> {
    const { processes, folder } = this.options;
    const place = instance.clone?.place;
    if (!place) throw new Error('this clone is no process of this machine');
    const outputs = join(folder, `${invocation.commandId}-${invocation.instanceId}`);
    mkdirSync(outputs, { recursive: true });
    const [out, err] = [join(outputs, 'stdout'), join(outputs, 'stderr')];
    const ran = await FleetProcess.start({
      name: `${instance.id} command`,
      // Both outputs apart, as Run Command has them; the script comes by its own standard input.
      command: ['sh', '-c', 'exec sh -s >"$0" 2>"$1"', out, err],
      // What is at one place on a machine is at many here, where machines are folders.
      cwd: wanted === cloneFolder ? place.folder : (wanted ?? outputs),
      logFile: join(outputs, 'log'),
      processes,
      stdin: script,
      env: { CLONEKIT_FOLDER: place.folder, CLONEKIT_CLONE_ID: instance.id, CLONEKIT_APP_PID: String(place.pid) },
    });
    let late = false;
    const end = (): void => ran.endGroup();
    const timer = setTimeout(() => {
      late = true;
      end();
    }, seconds * 1000);
    const ends = AbortSignal.any([processes.stop, cancelled]);
    ends.addEventListener('abort', end);
    if (ends.aborted) end();
    const how = await ran.exited;
    clearTimeout(timer);
    ends.removeEventListener('abort', end);
    // What the script left behind goes with it, as a fleet leaves nothing behind.
    end();
    const exitCode = Number(/^exit code (\d+)$/.exec(how)?.[1] ?? -1);
    const read = (file: string): string => readStart(file, mostOutput);
    Object.assign(invocation, {
      ...{ exitCode, stdout: read(out), stderr: read(err), endedAt: new Date() },
      status: cancelled.aborted ? 'Cancelled' : late ? 'TimedOut' : exitCode === 0 ? 'Success' : 'Failed',
    });
    rmSync(outputs, { recursive: true, force: true });
  }
}
