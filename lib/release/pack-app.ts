// Packs somebody's own app, built already, into the one artifact that every clone runs.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { clonePaths, manifestFile } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { writeRelease } from './archive';
import type { ReleaseDescriptor } from './descriptor';

export interface PackAppOptions {
  /** What it is, for people, e.g. `shop`. */
  name: string;
  /**
   * Folder of the built app. Every file in it goes in, links followed; whatever it needs besides Node must be there,
   * for a clone fetches nothing.
   */
  folder: string;
  /** The file in it that `node` runs, e.g. `server.cjs`. It answers `clonePaths` and reads `cloneEnv`. */
  entry: string;
  /**
   * Folder for the archive, created as needed.
   * @default - `releases` in the home folder: `CLONEKIT_HOME`, or `.clonekit` where `cdk` is run
   */
  outDir?: string;
}

/** @throws OperatorError when there is no such folder, or the entry is not in it */
export async function packApp({ name, folder, entry, outDir }: PackAppOptions): Promise<ReleaseDescriptor> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new OperatorError(`folder must be the folder of a built app; got: ${folder}; build it first`);
  const files = await readFolder(folder);
  if (!files.has(entry)) {
    throw new OperatorError(
      `entry must be a file in ${folder} that node runs and that answers ${clonePaths.live}; got: ${entry}; build it, or correct the name`,
    );
  }
  if (files.has(manifestFile)) {
    throw new OperatorError(
      `folder must hold no ${manifestFile}, which packing writes; got: one in ${folder}; rename it`,
    );
  }
  return writeRelease({ name, entry, files }, outDir);
}

async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const walk = async (at: string): Promise<void> => {
    for (const name of await readdir(at)) {
      const path = join(at, name);
      if ((await stat(path)).isDirectory()) await walk(path);
      else files.set(relative(folder, path).split(sep).join('/'), await readFile(path));
    }
  };
  await walk(folder);
  return files;
}
