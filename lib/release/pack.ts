// Packs the app into the one artifact that every clone runs: same source, same bytes, same name.
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { create } from 'tar';
import { localFiles, manifestFile } from '../config/names';
import { bundleApp, entry } from './bundle';
import { type ReleaseDescriptor, type ReleaseManifest, sha256 } from './descriptor';

const projectFolder = join(__dirname, '../..');

/** Folders of lib/web that the app reads at run time. */
const carriedFolders = ['assets', 'migrations'];

export interface PackOptions {
  /** Folder for the archive, created as needed. @default - `releases` in the home folder (`CLONEKIT_HOME`) */
  outDir?: string;
}

export async function packRelease(options: PackOptions = {}): Promise<ReleaseDescriptor> {
  const home = resolve(projectFolder, process.env.CLONEKIT_HOME || localFiles.home);
  const outDir = options.outDir ?? join(home, 'releases');
  const files = await readFiles();
  const manifest = toManifest(files);
  const digest = sha256(manifest);
  const file = join(outDir, `${digest}.tar.gz`);
  await mkdir(outDir, { recursive: true });
  // Beside the target: a rename is atomic within one file system only, and readers must never see half an archive.
  const staging = await mkdtemp(join(outDir, '.packing-'));
  try {
    const archive = join(staging, 'release.tar.gz');
    await writeArchive(new Map([...files, [manifestFile, manifest]]), join(staging, 'content'), archive);
    await rename(archive, file);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { digest, file };
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

function toManifest(files: Map<string, Uint8Array>): Uint8Array {
  const sums = [...files].map(([path, content]) => [path, sha256(content)] as const).sort(byPath);
  const manifest: ReleaseManifest = { name: 'clonekit-web', entry, files: Object.fromEntries(sums) };
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** Sorted entries, no folders, fixed time and mode, no owner, a gzip header without time: nothing of here and now. */
async function writeArchive(files: Map<string, Uint8Array>, folder: string, archive: string): Promise<void> {
  const entries = [...files].sort(byPath);
  for (const [path, content] of entries) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    // The process's umask must not reach the archive.
    await chmod(target, 0o644);
  }
  await create(
    { cwd: folder, file: archive, gzip: { level: 6 }, portable: true, mtime: new Date(0), noDirRecurse: true },
    entries.map(([path]) => path),
  );
}

/** By code unit: a locale must not decide the order. */
const byPath = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
