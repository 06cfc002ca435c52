// The programs beside the app, by verb: what each is given, and what its exit code says to systemd.
import { cloneEnv } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { type CloneEnv, readEnv } from './env';
import { launch } from './launch';
import { leave } from './leave';
import { Lifecycle } from './lifecycle';
import { findRelease, type Log, openLog } from './log';
import { LogStream } from './log-stream';
import { Metadata } from './metadata';
import { replace } from './replace';
import { ship } from './ship';
import { watch } from './watch';

type Program = (env: CloneEnv, log: Log) => Promise<number>;

const programs: Readonly<Record<string, Program>> = {
  /** 0: in service, as far as this clone is concerned. 1: given up. */
  launch: async (env, log) => ((await launch({ ...env, lifecycle: new Lifecycle(env), log })) ? 0 : 1),
  /** 0: it must leave. 1: the app hangs. */
  watch: async ({ appUrl }, log) => ((await watch({ appUrl, metadata: new Metadata(), log })) === 'leave' ? 0 : 1),
  leave: async (env, log) => {
    await leave({ lifecycle: new Lifecycle(env), log, withinSeconds: env.stopSeconds });
    return 0;
  },
  replace: async (env, log) => {
    await replace({ lifecycle: new Lifecycle(env), log });
    return 0;
  },
  /** 0: the clone ends. 1: the journal did, and there is another to be read. 2: there is nowhere to send it to. */
  ship: shipJournal,
};

/** From standard input, for the sandbox starts no program that reads it; the cursor of what AWS has goes to standard output. */
async function shipJournal({ cloneId, logGroup }: CloneEnv, log: Log): Promise<number> {
  if (!logGroup) {
    log('error', `${cloneEnv.logGroup}: must be the name of a log group, got: nothing. This clone's log stays on it`);
    return 2;
  }
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  // At the end, who read it may be gone before this is.
  process.stdout.on('error', () => {});
  const stream = new LogStream({ group: logGroup, stream: cloneId });
  const lost = await ship({
    ...{ clone: cloneId, entries: process.stdin, stream, log, stop: stop.signal },
    onShipped: (cursor) => void process.stdout.write(`${cursor}\n`),
  });
  stream.close();
  process.stdin.destroy();
  if (lost > 0) log('warn', `ends with lines that AWS does not have: ${lost}`);
  return stop.signal.aborted ? 0 : 1;
}

export interface RunOptions {
  readonly verb: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** That of the running program. */
  readonly folder: string;
}

/** Resolves with the exit code: that of the program, 1 with one line in the log when it fails, 2 for no such program. */
export async function runProgram({ verb = '', env, folder }: RunOptions): Promise<number> {
  const clone = env[cloneEnv.cloneId] ?? '';
  const log = openLog({ clone, release: findRelease(folder), program: verb });
  const program = Object.hasOwn(programs, verb) ? programs[verb] : undefined;
  if (!program) {
    log('error', `program: must be one of ${Object.keys(programs).join(', ')}, got: ${verb || 'none'}`);
    return 2;
  }
  try {
    return await program(readEnv(env), log);
  } catch (error) {
    const { message, stack } = error as Error;
    log('error', message, error instanceof OperatorError ? {} : { stack });
    return 1;
  }
}
