// Unpacks a release, and only if every byte is what its name promises.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { releaseFiles } from '../config/names';
import type { ReleaseAbout } from './descriptor';
import { readRelease } from './read-release';

/** Verifies the whole archive in memory before the first file is written; returns what the release says of itself. */
export async function unpackRelease(file: string, dir: string): Promise<ReleaseAbout> {
  const { files, about } = await readRelease(file);
  for (const [path, content] of files) {
    const target = join(dir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  // The process's umask must not keep anybody from running it.
  await chmod(join(dir, releaseFiles.node), 0o755);
  return about;
}
