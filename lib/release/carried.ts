// Files that go into a release as they are, and nothing from outside the folder they were promised from.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { OperatorError } from '../config/operator-error';

/** What editors, file managers and tools leave beside files, secrets in `.env` among it, is not part of an app. */
const isLeftBehind = (name: string): boolean => name.startsWith('.') || name.endsWith('~');

/**
 * Path below `from` → content; links are followed, within the folder.
 * @param folder of the app
 * @param from folder or file in it; '' for the folder itself
 * @throws OperatorError when there is no such file, or a link leads out of the folder, nowhere, or back to where it is
 */
export async function readCarried(folder: string, from: string): Promise<Map<string, Uint8Array>> {
  const root = await realpath(folder);
  const files = new Map<string, Uint8Array>();
  const walk = async (path: string, to: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(path).catch(() => undefined);
    const shown = relative(folder, path) || '.';
    if (real === undefined) throw refuse(shown, folder, 'nothing there', 'make it, or correct the name');
    if (real !== root && !real.startsWith(root + sep)) {
      throw refuse(shown, folder, 'a link that leads out of it', 'copy what it points at into the folder');
    }
    if (above.includes(real)) throw refuse(shown, folder, 'a link to a folder that it is in', 'remove it');
    const found = await stat(real);
    if (found.isFile()) files.set(to, await readFile(real));
    else if (!found.isDirectory()) throw refuse(shown, folder, 'neither a file nor a folder', 'remove it');
    else {
      const names = (await readdir(real)).filter((name) => !isLeftBehind(name));
      for (const name of names) await walk(join(path, name), to ? `${to}/${name}` : name, [...above, real]);
    }
  };
  await walk(join(folder, from), '', []);
  return files;
}

const refuse = (path: string, folder: string, got: string, remedy: string): OperatorError =>
  new OperatorError(`${path} must be a file or folder in ${folder}; got: ${got}; ${remedy}`);
