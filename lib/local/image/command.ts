// One command of the system on the way to an image: its failure is one sentence, with the last word it said.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { OperatorError } from '../../config/operator-error';

export interface CommandOptions {
  /** What it is for, as in an error: `the image could not be …`. */
  readonly what: string;
  /** Ends it early. */
  readonly stop?: AbortSignal;
  readonly input?: string;
}

/** Its standard output. */
export function run(file: string, args: readonly string[], { what, stop, input }: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { signal: stop, maxBuffer: 64 << 20, env: { ...process.env, LC_ALL: 'C' } };
    const child = execFile(file, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (stop?.aborted) return reject(error);
      const said = stderr.trim().split('\n').at(-1) || error.message;
      reject(new OperatorError(`image: could not be ${what}, got: ${said}; mend that and run the command again`));
    });
    child.stdin?.on('error', () => {}); // told by its exit code
    child.stdin?.end(input);
  });
}

/** Programs of the system that images need, each with the Debian package that has it. */
const packages = {
  mmdebstrap: 'mmdebstrap',
  sfdisk: 'fdisk',
  mcopy: 'mtools',
  syslinux: 'syslinux',
  mke2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  'qemu-img': 'qemu-utils',
  'qemu-system-x86_64': 'qemu-system-x86',
} as const;

export const imagePackages: readonly string[] = [...new Set(Object.values(packages))];

/** Where administrators' programs lie, which not every PATH names. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

const isThere = (program: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), ...systemFolders].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

interface Here {
  readonly platform: string;
  readonly arch: string;
  readonly uid: number | undefined;
  readonly isThere: (program: string) => boolean;
}

const here = (): Here => ({ platform: process.platform, arch: process.arch, uid: process.getuid?.(), isThere });

/** @throws OperatorError where this machine cannot make and boot images, before anything is touched */
export function verifyCanMakeImages({ platform, arch, uid, isThere: has }: Here = here()): void {
  if (platform !== 'linux' || arch !== 'x64' || !has('apt-get')) {
    throw new OperatorError(
      `image: must be made on Debian for x86_64, got: ${platform} ${arch}; everything but images runs here, too`,
    );
  }
  if (uid !== 0) {
    throw new OperatorError(
      `image: must be made by root, who alone owns all files of a system, got: user ${uid}; run it with sudo`,
    );
  }
  const missing = Object.entries(packages).filter(([program]) => !has(program));
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  const remedy = [...new Set(missing.map(([, name]) => name))].join(' ');
  throw new OperatorError(`image: must find ${names} on the PATH, got: none; apt-get install ${remedy}`);
}
