// Writes a file of which nobody ever sees half, whoever reads or stops the machine meanwhile.
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** @param parts in the order they shall have, made one at a time: together they may be large */
export async function writeWhole(file: string, parts: Iterable<() => Promise<Uint8Array>>): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  // Beside the target: a rename is atomic within one file system only.
  const staging = await mkdtemp(join(folder, '.packing-'));
  try {
    const staged = join(staging, basename(file));
    const handle = await open(staged, 'wx');
    try {
      for (const part of parts) await handle.writeFile(await part());
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(staged, file);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
