// What a running fleet leaves on disk for other commands: where it is, and which processes are its own.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localFiles } from '../config/names';
import { OperatorError } from '../config/operator-error';

export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** When the kernel started it, so that a process id that was given anew is never mistaken. */
  readonly startTime: string | undefined;
}

export interface FleetFile {
  readonly stage: string;
  readonly region: string;
  /** The process that supervises the fleet. */
  readonly supervisor: ProcessRecord;
  readonly processes: readonly ProcessRecord[];
  /** Absent while the fleet starts. */
  readonly url?: string;
  readonly endpoint?: string;
}

const fileIn = (home: string): string => join(home, localFiles.fleet);

/** What is known of the fleet in this home; undefined when there is none. */
export function findFleetFile(home: string): FleetFile | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(home), 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeFleetFile(home: string, content: FleetFile): void {
  const partial = `${fileIn(home)}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, fileIn(home));
}

/** Takes the home for this process's fleet, unless a living one has it; ends what a dead one left running. */
export async function claimHome(home: string, stage: string, region: string): Promise<void> {
  mkdirSync(home, { recursive: true });
  const found = findFleetFile(home);
  if (found && isRunning(found.supervisor)) {
    throw new OperatorError(
      `a fleet is already ${found.url ? `up at ${found.url}` : 'starting'} (stage ${found.stage}). ` +
        'Stop it with: npx clonekit down',
    );
  }
  if (found) await endAll(found.processes);
  rmSync(fileIn(home), { force: true });
  const content: FleetFile = { stage, region, supervisor: toRecord('supervisor', process.pid), processes: [] };
  try {
    writeFileSync(fileIn(home), JSON.stringify(content), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new OperatorError('a fleet is already starting here. Wait for it, or stop it with: npx clonekit down');
  }
}

export const releaseHome = (home: string): void => rmSync(fileIn(home), { force: true });

export const toRecord = (name: string, pid: number): ProcessRecord => ({ name, pid, startTime: findStartTime(pid) });

export function isRunning({ pid, startTime }: ProcessRecord): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return findStartTime(pid) === startTime;
}

/** Ends processes that their supervisor can no longer end. */
export async function endAll(records: readonly ProcessRecord[]): Promise<void> {
  const left = records.filter(isRunning);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  for (const record of left) while (isRunning(record)) await delay(20);
}

/** From the kernel where it tells (Linux), so that no `ps` is needed; undefined elsewhere, and of zombies. */
function findStartTime(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
