// What a process holds, and what its processor time is, as itself and the kernel say.
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface Held {
  /** Megabytes, after a garbage collection. */
  readonly heap: number;
  readonly resident: number;
}

/** Of a process that has loaded `tell-memory.cjs`. */
export async function askMemory(child: ChildProcess): Promise<Held> {
  const told = once(child, 'message');
  child.send('memory');
  const [{ heapUsed, rss }] = (await told) as [NodeJS.MemoryUsage];
  return { heap: heapUsed / 1e6, resident: rss / 1e6 };
}

/** Microseconds a process has had of processors since it began; NaN where the kernel has no /proc. */
export function readProcessorTime({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return Number.NaN;
  // User and system time, in ticks: the name before them may hold anything but a `)`.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
