// Writes files as a release: one archive, named by what is in it, the same bytes wherever and whenever it is packed.
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { create } from 'tar';
import { localFiles, manifestFile } from '../config/names';
import { type ReleaseDescriptor, type ReleaseManifest, sha256 } from './descriptor';

export interface ReleaseContent {
  /** What it is, for people. */
  name: string;
  /** The file that `node` runs. */
  entry: string;
  /** Path → content. */
  files: Map<string, Uint8Array>;
}

/** Where releases lie unless it is said: `releases` in the home folder, `CLONEKIT_HOME` or `.clonekit` where `cdk` is run. */
const defaultFolder = (): string => resolve(process.env.CLONEKIT_HOME || localFiles.home, 'releases');

export async function writeRelease(content: ReleaseContent, outDir = defaultFolder()): Promise<ReleaseDescriptor> {
  const manifest = toManifest(content);
  const digest = sha256(manifest);
  const file = join(outDir, `${digest}.tar.gz`);
  await mkdir(outDir, { recursive: true });
  // Beside the target: a rename is atomic within one file system only, and readers must never see half an archive.
  const staging = await mkdtemp(join(outDir, '.packing-'));
  try {
    const archive = join(staging, 'release.tar.gz');
    await writeArchive(new Map([...content.files, [manifestFile, manifest]]), join(staging, 'content'), archive);
    await rename(archive, file);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { digest, file };
}

function toManifest({ name, entry, files }: ReleaseContent): Uint8Array {
  const sums = [...files].map(([path, content]) => [path, sha256(content)] as const).sort(byPath);
  const manifest: ReleaseManifest = { name, entry, files: Object.fromEntries(sums) };
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
