// A freshly initialised data folder of a database program: made once, copied by every start.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FleetProcess } from '../process';
import type { Processes } from '../processes';
import { withLock } from '../programs/lock';
import type { Program } from '../programs/program';
import { getFlavour } from './database-flavours';

export interface PristineOptions {
  readonly program: Program;
  /** Holds one folder a program version. */
  readonly pristineFolder: string;
  readonly processes: Processes;
  readonly logFile: string;
}

export async function providePristine(options: PristineOptions): Promise<string> {
  const { program, pristineFolder, processes } = options;
  const folder = join(pristineFolder, `${program.flavour}-${program.version}`);
  if (existsSync(folder)) return folder;
  return await withLock(`${folder}.lock`, { stop: processes.stop }, async () => {
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    await initialise(options, partial);
    // Every server must have an identity of its own.
    rmSync(join(partial, 'auto.cnf'), { force: true });
    renameSync(partial, folder);
    return folder;
  });
}

async function initialise({ program, processes, logFile }: PristineOptions, folder: string): Promise<void> {
  const { command, stdin } = getFlavour(program).initialise(program, folder);
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const made = await FleetProcess.start({
    name: 'database',
    command: [...command, ...user],
    cwd: folder,
    logFile,
    processes,
    stdin,
  });
  if ((await made.exited) !== 'exit code 0') throw made.toError('could not make its system tables');
}
