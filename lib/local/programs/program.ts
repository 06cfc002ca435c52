// A program that can be started: where it is, what it is, and how it is run when it was unpacked and not installed.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueRow, Flavour, Role } from './catalogue';

export interface Program {
  readonly role: Role;
  readonly flavour: Flavour;
  readonly version: string;
  /** The executable itself. */
  readonly path: string;
  /** What starts it: the executable, or the unpacked package's own loader and libraries in front of it. */
  readonly command: readonly [string, ...string[]];
  /** The folder its package was unpacked into; absent for one installed on the machine. */
  readonly root?: string;
}

/**
 * Runs a binary of an unpacked package through the package's own loader, so that it sees the libraries it was built
 * with and none of the machine's.
 */
export function toCommand(path: string, root?: string): readonly [string, ...string[]] {
  if (!root) return [path];
  const folders = ['usr/lib', 'lib'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .filter((name) => name.endsWith('-linux-gnu'))
          .map((name) => join(root, folder, name))
      : [],
  );
  for (const folder of folders) {
    const loader = readdirSync(folder).find((name) => /^ld-linux.*\.so/.test(name));
    if (loader) return [join(folder, loader), '--library-path', folders.join(':'), path];
  }
  return [path];
}

/** The program at a path if it is of the row's flavour and starts; otherwise undefined. */
export async function findProgram(row: CatalogueRow, path: string, root?: string): Promise<Program | undefined> {
  if (!existsSync(path)) return undefined;
  const command = toCommand(path, root);
  const [file, ...args] = command;
  const printed = await new Promise<string>((resolve) => {
    const options = { timeout: 10_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
    execFile(file, [...args, row.flavour === 'haproxy' ? '-v' : '--version'], options, (error, stdout, stderr) =>
      resolve(error ? '' : `${stdout}${stderr}`),
    );
  });
  const version = row.version.exec(printed)?.[1];
  return version ? { role: row.role, flavour: row.flavour, version, path, command, root } : undefined;
}
