// A process as another command can find it again: its id, and when it started, since ids are given anew.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** As the kernel tells it; absent when it is gone, or nobody could tell: it is then never taken for ours. */
  readonly startTime?: string;
}

export const toRecord = (name: string, pid: number): ProcessRecord => ({ name, pid, startTime: findStartTime(pid) });

export const isRunning = ({ pid, startTime }: ProcessRecord): boolean =>
  startTime !== undefined && findStartTime(pid) === startTime;

/** Ends processes that their supervisor can no longer end. */
export async function endAll(records: readonly ProcessRecord[]): Promise<void> {
  const left = records.filter(isRunning);
  for (const { pid } of left) endNow(pid);
  for (const record of left) while (isRunning(record)) await delay(20);
}

/** SIGKILL; no matter when it is gone already. */
export function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** From /proc where there is one, so that no `ps` is needed; undefined for a process that is gone or a zombie. */
function findStartTime(pid: number): string | undefined {
  try {
    if (!existsSync('/proc/self/stat')) {
      const told = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } });
      return told.trim() || undefined;
    }
    // The name in parentheses may hold anything; what follows the last one is numbers.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
