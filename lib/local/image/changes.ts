// What a machine left on its disk that the image did not hold: by the golden rule, nothing.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOfTheSystem } from '../../config/system-files';
import { run } from './command';
import type { DiskImage } from './disk';

/**
 * Every file that was added, removed or changed in content, owner or mode since the image was baked, but for what the
 * system writes about itself. Looks at a disk that is not in use.
 */
export async function listChanges(image: DiskImage, disk: string): Promise<string[]> {
  const folder = mkdtempSync(join(dirname(disk), 'compare-'));
  const what = `compared with ${disk}`;
  try {
    const after = join(folder, 'after.img');
    await run('qemu-img', ['convert', '-O', 'raw', disk, after], { what });
    const [was, is] = [join(folder, 'was'), join(folder, 'is')];
    await Promise.all([dump(image.file, was), dump(after, is)]);
    const [told, wasListed, isListed] = await Promise.all([
      run('sh', ['-c', 'diff -rq --no-dereference "$1" "$2" || [ $? -eq 1 ]', 'sh', was, is], { what }),
      listFiles(was),
      listFiles(is),
    ]);
    const paths = [...toPaths(told, [was, is]), ...toDifferent(wasListed, isListed)];
    return [...new Set(paths)].filter((path) => !isOfTheSystem(path)).sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function dump(disk: string, folder: string): Promise<void> {
  mkdirSync(folder);
  await run('debugfs', ['-R', `rdump / ${folder}`, disk], { what: 'read' });
}

/** Path → owner, mode and, of a link, where it leads. */
async function listFiles(folder: string): Promise<Map<string, string>> {
  const listed = await run('find', [folder, '-mindepth', '1', '-printf', '/%P\\t%y %m %U:%G %l\\n'], {
    what: 'listed',
  });
  return new Map(
    listed
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string]),
  );
}

/** In both, but not the same. */
const toDifferent = (was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): string[] =>
  [...was].filter(([path, about]) => is.has(path) && is.get(path) !== about).map(([path]) => path);

/** What `diff -q` says, as paths below the folders it compared. */
export function toPaths(told: string, folders: readonly string[]): string[] {
  const toPath = (file: string): string =>
    folders.reduce((path, folder) => (path.startsWith(`${folder}/`) ? path.slice(folder.length) : path), file);
  const toInner = (folder: string, name: string): string =>
    folders.includes(folder) ? `/${name}` : `${toPath(folder)}/${name}`;
  return told.split('\n').flatMap((line) => {
    const only = /^Only in (.+): (.+)$/.exec(line);
    if (only) return toInner(only[1] as string, only[2] as string);
    // `Files A and B differ`, `File A is a … while file B is a …`
    const both = /^(?:Files|File|Symbolic links) (\S+) /.exec(line);
    return both ? toPath(both[1] as string) : [];
  });
}
