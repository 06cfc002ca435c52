// Making a server hang for a while: nothing comes back from when this returns.
import { readdirSync, readFileSync } from 'node:fs';

/** A thread that runs on another processor goes on for a moment after the signal: long enough to answer. */
export function pauseProcess(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const isStopped = (thread: string): boolean => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return /^[Tt]/.test(status.slice(status.lastIndexOf(')') + 2));
  };
  while (!readdirSync(`/proc/${pid}/task`).every(isStopped));
}
