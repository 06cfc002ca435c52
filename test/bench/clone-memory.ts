// What clones of a running fleet hold in memory, as the kernel counts it.
import { existsSync, readFileSync } from 'node:fs';
import { findFleetFile } from '../../lib/local/fleet-file';

/** Resident megabytes of each; none where the kernel has no /proc. */
export function measureClones(home: string, clones: readonly string[]): number[] {
  const processes = findFleetFile(home)?.processes ?? [];
  const found = processes.filter(({ name }) => clones.includes(name));
  if (found.length !== clones.length)
    throw new Error(`Of ${clones.length} clones ${found.length} are in the fleet file.`);
  return found
    .map(({ pid }) => `/proc/${pid}/status`)
    .filter(existsSync)
    .map(readMegabytes);
}

function readMegabytes(file: string): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`${file} must hold VmRSS.`);
  return (Number(kibibytes) * 1024) / 1e6;
}
