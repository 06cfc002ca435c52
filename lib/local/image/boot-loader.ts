// Makes a disk boot by itself: a partition table, a small partition of syslinux with kernel and initrd, and room for the root.
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { rootLabel } from './base';
import { run } from './command';

const sectorBytes = 512;
const mebibyteSectors = 2048;

/** Both begin at a mebibyte, as tools expect. The kernel and its initrd are 20 MiB. */
const bootPartition = { start: mebibyteSectors, size: 32 * mebibyteSectors };
const rootPartition = { start: bootPartition.start + bootPartition.size };

/** Where the root file system begins on the disk; all before it is the boot loader's, and nobody mounts it. */
export const rootOffsetBytes = rootPartition.start * sectorBytes;

/** Of the package syslinux: the first sector's program, which looks for the partition that boots. */
const firstSectorFile = '/usr/lib/SYSLINUX/mbr.bin';
/** Behind it in the first sector: what tells one disk from another, and the partition table. */
const firstSectorProgramBytes = 440;

/** As sfdisk reads it. `e` is FAT16; `83` is Linux. The identifier spells `ck01`, so that every image has the same. */
const partitions = `label: dos
label-id: 0x636b3031
start=${bootPartition.start}, size=${bootPartition.size}, type=e, bootable
start=${rootPartition.start}, type=83
`;

const kernelWords = [
  ...[`root=LABEL=${rootLabel}`, 'rw', 'console=ttyS0', 'quiet'],
  // What a machine says at its console is its journal.
  'systemd.journald.forward_to_console=1',
];

/** No menu: nobody is there to choose. */
const config = `SERIAL 0 115200
PROMPT 0
DEFAULT clone
LABEL clone
  LINUX /vmlinuz
  INITRD /initrd.img
  APPEND ${kernelWords.join(' ')}
`;

export interface BootLoaderOptions {
  /** Folder with the whole system, whose `/boot` holds one kernel. */
  readonly root: string;
  /** The disk, not yet there; afterwards without a root file system. */
  readonly disk: string;
  readonly sizeBytes: number;
  /** As in an error of `run`. */
  readonly what: string;
  readonly stop?: AbortSignal;
}

/** Needs neither a mount nor a loop device: every program here writes into a file. */
export async function writeBootLoader({ root, disk, sizeBytes, what, stop }: BootLoaderOptions): Promise<void> {
  const told = { what, stop };
  writeFileSync(disk, '');
  truncateSync(disk, sizeBytes);
  await run('sfdisk', ['--quiet', disk], { ...told, input: partitions });
  await writeFirstSector(disk);
  const [start, size] = [bootPartition.start, bootPartition.size].map(String) as [string, string];
  const at = `${disk}@@${bootPartition.start * sectorBytes}`;
  await run('mformat', ['-i', at, '-H', start, '-T', size, '-h', '64', '-s', '32', '::'], told);
  const boot = join(root, 'boot');
  const kernel = join(boot, findOne(boot, 'vmlinuz-'));
  const initrd = join(boot, findOne(boot, 'initrd.img-'));
  await run('mcopy', ['-i', at, kernel, '::vmlinuz'], told);
  await run('mcopy', ['-i', at, initrd, '::initrd.img'], told);
  await run('mcopy', ['-i', at, '-', '::syslinux.cfg'], { ...told, input: config });
  await run('syslinux', ['--install', '--offset', String(bootPartition.start * sectorBytes), disk], told);
}

async function writeFirstSector(disk: string): Promise<void> {
  const file = await open(disk, 'r+');
  try {
    await file.write(readFileSync(firstSectorFile), 0, firstSectorProgramBytes, 0);
  } finally {
    await file.close();
  }
}

function findOne(folder: string, prefix: string): string {
  const [name, ...others] = readdirSync(folder).filter((one) => one.startsWith(prefix));
  if (name && others.length === 0) return name;
  throw new Error(`${folder}: must hold one ${prefix}*, got: ${name ? others.length + 1 : 'none'}`);
}
