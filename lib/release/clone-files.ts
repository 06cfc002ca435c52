// Our part of a release: what stands beside the app on every clone, and what an image is made and tested by.
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { releaseFiles } from '../config/names';
import { authoritiesFile, toAuthorities } from './authorities';
import { bundle } from './bundle';
import { toUnits } from './units';

/** The library's own folder; in a package, that of its JavaScript. */
const root = join(__dirname, '../..');

/** Name in the clone's folder → source; TypeScript among sources, JavaScript in a package. */
const programs = { 'clone.cjs': 'bin/clone', 'guard.cjs': 'lib/clone/guard' };

export interface CloneFiles {
  /** Path in the release → content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths of all that is in the programs, from `root`. */
  readonly inputs: readonly string[];
  readonly root: string;
}

/** @param entry the app's, by its path in the release: what the units start */
export async function readCloneFiles(entry: string): Promise<CloneFiles> {
  const toPath = (name: string): string => `${releaseFiles.clone}/${name}`;
  const bundles = await Promise.all(
    Object.entries(programs).map(async ([name, source]) => {
      const made = await bundle({ folder: root, entry: `${source}${extname(__filename)}` });
      return [toPath(name), made] as const;
    }),
  );
  const image = join(__dirname, 'image');
  const scripts = (await readdir(image)).filter((name) => name.endsWith('.sh'));
  const read = scripts.map(async (name) => [toPath(name), await readFile(join(image, name))] as const);
  const units = [...toUnits({ entry })].map(([path, text]) => [path, Buffer.from(text)] as const);
  const files = [
    ...bundles.map(([path, { content }]) => [path, content] as const),
    ...(await Promise.all(read)),
    ...units,
    [authoritiesFile, Buffer.from(toAuthorities())] as const,
  ];
  return { files: new Map<string, Uint8Array>(files), inputs: bundles.flatMap(([, { inputs }]) => inputs), root };
}
