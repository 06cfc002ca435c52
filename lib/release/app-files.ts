// The team's part of a release: its entry with all it imports, its libraries apart, and what it carries; or its folder as it is.
import { stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { clonePaths, releaseFiles } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { type PackageWithBlock, readBlock } from './block';
import { bundle } from './bundle';
import { readCarried } from './carried';
import { verifyReleasePath } from './sums';

export interface AppFiles {
  readonly about: PackageWithBlock;
  /** The file that Node runs, one of `files`. */
  readonly entry: string;
  /** Path in the app's folder of the release → content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly folder: string;
  /** Paths in the folder of all that was bundled. */
  readonly inputs: readonly string[];
}

/** @throws OperatorError naming the first thing that cannot be packed */
export async function readAppFiles(folder: string): Promise<AppFiles> {
  const about = await readBlock(folder);
  const { block } = about;
  const isThere = await stat(join(folder, block.entry)).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isThere) {
    throw new OperatorError(
      `clonekit.release.entry must be a file in ${folder} that starts the app, which answers ${clonePaths.live}; ` +
        `got: ${block.entry}; build it, or correct the name`,
    );
  }
  // It may be a link, as any other file.
  await readCarried(folder, block.entry);
  const app = block.bundle === false ? await readWhole(folder, about) : await readBundled(folder, about);
  for (const path of app.files.keys()) verifyReleasePath(`${releaseFiles.app}/${path}`);
  return app;
}

async function readWhole(folder: string, about: PackageWithBlock): Promise<AppFiles> {
  const files = await readCarried(folder, '');
  const addon = [...files.keys()].find((path) => path.endsWith('.node'));
  if (addon !== undefined) {
    throw new OperatorError(
      `An app must be JavaScript: Node's permission model loads no native addon; got: ${addon} in ${folder}; use a library without one`,
    );
  }
  return { about, entry: about.block.entry, files, folder, inputs: [] };
}

async function readBundled(folder: string, about: PackageWithBlock): Promise<AppFiles> {
  const { entry, apart = [], carry = {} } = about.block;
  const bundled = `${parse(entry).name}.cjs`;
  const besides = new Map(apart.map((library) => [library, `${library.replaceAll('/', '+')}.cjs`]));
  const bundles = await Promise.all([
    bundle({ folder, entry, apart: besides }).then((made) => [bundled, made] as const),
    ...[...besides].map(async ([library, file]) => {
      // One may use another: neither is there twice, nor twice in memory.
      const others = new Map([...besides].filter(([name]) => name !== library));
      return [file, await bundle({ folder, entry: library, apart: others })] as const;
    }),
  ]);
  const files = new Map<string, Uint8Array>();
  const add = (path: string, content: Uint8Array): void => {
    if (!files.has(path)) return void files.set(path, content);
    throw new OperatorError(
      `clonekit.release.carry must not put a file where another is; got: ${path} twice, from ${folder}; carry one elsewhere`,
    );
  };
  for (const [file, { content }] of bundles) add(file, content);
  for (const [to, from] of Object.entries(carry)) {
    for (const [path, content] of await readCarried(folder, from)) add(path ? `${to}/${path}` : to, content);
  }
  return { about, entry: bundled, files, folder, inputs: bundles.flatMap(([, { inputs }]) => inputs) };
}
