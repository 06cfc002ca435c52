// The image of one release: the base system, baked by the release's own script, as a disk that boots by itself.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { releaseFiles } from '../../config/names';
import type { ReleaseDescriptor } from '../../release/descriptor';
import { type Base, type ProvideOptions, provideBase, rootLabel } from './base';
import { rootOffsetBytes, writeBootLoader } from './boot-loader';
import { run } from './command';

/** What every clone of it boots from; nobody writes to it. */
export interface DiskImage {
  readonly digest: string;
  /** The whole disk, raw: a boot loader, and an ext4 root file system at `rootOffsetBytes`. */
  readonly file: string;
}

/** A release is about 130 MB, its system 400; the file has holes where nothing is written. */
const diskBytes = 2 ** 31;

/** Those of earlier releases are removed: each takes half a gigabyte. */
const keptImages = 3;

/** Made once for each release and base. */
export async function provideImage(
  release: ReleaseDescriptor,
  options: ProvideOptions,
): Promise<DiskImage & { readonly isNew: boolean }> {
  const base = await provideBase(options);
  const file = join(base.folder, `${release.digest}.img`);
  const image = { digest: release.digest, file };
  if (existsSync(file)) return { ...image, isNew: false };
  options.onProgress(`baking release ${release.digest.slice(0, 12)}`);
  // Beside the target: it appears when it is whole.
  const making = mkdtempSync(join(base.folder, '.baking-'));
  try {
    const disk = join(making, 'disk.img');
    await bake(base, release, { making, disk, stop: options.stop });
    renameSync(disk, file);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  removeOld(base.folder);
  return { ...image, isNew: true };
}

async function bake(
  base: Base,
  { file, digest }: ReleaseDescriptor,
  { making, disk, stop }: { readonly making: string; readonly disk: string; readonly stop?: AbortSignal },
): Promise<void> {
  const root = join(making, 'root');
  const what = `baked in ${making}`;
  mkdirSync(root);
  await run('tar', ['--extract', '--preserve-permissions', '--file', base.archive, '--directory', root], {
    what,
    stop,
  });
  const archive = `/tmp/${basename(file)}`;
  copyFileSync(file, join(root, archive));
  // The script of the release itself, which is the one that EC2 Image Builder runs.
  const script = `${releaseFiles.clone}/bake.sh`;
  const toScript = ['--extract', '--gzip', '--file', file, '--directory', join(root, 'tmp'), script];
  await run('tar', toScript, { what, stop });
  await run('chroot', [root, 'sh', `/tmp/${script}`, archive, digest], { what, stop });
  await writeBootLoader({ root, disk, sizeBytes: diskBytes, what, stop });
  // No journal: nobody boots twice from what a clone wrote.
  const features = ['-O', '^has_journal', '-L', rootLabel, '-E', `offset=${rootOffsetBytes}`];
  const kibibytes = (diskBytes - rootOffsetBytes) / 1024;
  await run('mke2fs', ['-q', '-t', 'ext4', ...features, '-d', root, disk, `${kibibytes}k`], { what, stop });
}

function removeOld(folder: string): void {
  const images = readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.img$/.test(name))
    .map((name) => ({ path: join(folder, name), madeAt: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.madeAt - a.madeAt);
  for (const { path } of images.slice(keptImages)) rmSync(path);
}
