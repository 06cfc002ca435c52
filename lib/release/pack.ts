// Packs the reference app into the one artifact that every clone runs.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRelease } from './archive';
import { bundleApp, entry } from './bundle';
import type { ReleaseDescriptor } from './descriptor';

const projectFolder = join(__dirname, '../..');

/** Folders of lib/web that the app reads at run time. */
const carriedFolders = ['assets', 'migrations'];

export interface PackOptions {
  /**
   * Folder for the archive, created as needed.
   * @default - `releases` in the home folder: `CLONEKIT_HOME`, or `.clonekit` where `cdk` is run
   */
  outDir?: string;
}

export async function packRelease({ outDir }: PackOptions = {}): Promise<ReleaseDescriptor> {
  return writeRelease({ name: 'clonekit-web', entry, files: await readFiles() }, outDir);
}

async function readFiles(): Promise<Map<string, Uint8Array>> {
  const carried = carriedFolders.map(async (folder) => {
    // What an editor or a file manager leaves beside them must not change the release.
    const names = (await readdir(join(projectFolder, 'lib/web', folder))).filter((name) =>
      /^[\w-]+\.(css|svg|sql)$/.test(name),
    );
    return Promise.all(
      names.map(async (name): Promise<[string, Uint8Array]> => {
        return [`${folder}/${name}`, await readFile(join(projectFolder, 'lib/web', folder, name))];
      }),
    );
  });
  const [bundles, ...folders] = await Promise.all([bundleApp(projectFolder), ...carried]);
  return new Map<string, Uint8Array>([...bundles, ...folders.flat()]);
}
