// Tools written in Python: packages of PyPI at exact versions, each set in a folder of its own, and a Python that runs them.
// The machine's own Python where it has pip, else the distribution's, unpacked beside the servers and never installed.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { localFiles } from '../../lib/config/names';
import { OperatorError } from '../../lib/config/operator-error';
import { hasApt, openApt } from '../../lib/local/programs/apt';
import { withLock } from '../../lib/local/programs/lock';
import { toCommand } from '../../lib/local/programs/program';

const run = promisify(execFile);

export const project = join(__dirname, '../..');
const home = resolve(project, process.env.CLONEKIT_HOME || localFiles.home);
const serversFolder = process.env.CLONEKIT_SERVERS ?? join(home, 'servers');

export interface Python {
  /** What starts it: the program, and what must come before the script's arguments. */
  readonly command: readonly [string, ...string[]];
  /** What must be in its environment, besides what the script wants. */
  readonly env: Record<string, string>;
}

/** The oldest that all of the tools run on. */
const oldest = 'import sys; sys.exit(sys.version_info < (3, 10))';

const isUsable = ({ command: [file, ...args], env }: Python): Promise<boolean> =>
  run(file, [...args, '-c', `import pip; ${oldest}`], { env: { ...process.env, ...env } }).then(
    () => true,
    () => false,
  );

async function providePython(onProgress: (text: string) => void): Promise<Python> {
  const own: Python = { command: ['python3'], env: {} };
  if (await isUsable(own)) return own;
  const root = join(serversFolder, 'python3-pip');
  const unpacked = (): Python => ({
    command: toCommand(join(root, 'usr/bin/python3'), root),
    env: { PYTHONHOME: join(root, 'usr') },
  });
  if (!existsSync(root) && hasApt()) {
    const apt = await openApt(serversFolder, 'own', onProgress);
    if (await apt?.findPackage(['python3-pip'])) await apt?.unpack('python3-pip', root, onProgress);
  }
  if (existsSync(root) && (await isUsable(unpacked()))) return unpacked();
  throw new OperatorError(
    'python3: must be 3.10 or newer with pip, got: none that is, and no apt that has one; install python3 and python3-pip',
  );
}

/**
 * A Python that can import the packages: `name==version`, any extras in brackets. Downloaded once; an interrupted
 * download leaves nothing that is taken for a whole one. pip reads its own settings of this machine, its index among them.
 */
export async function providePackages(
  packages: readonly string[],
  onProgress: (text: string) => void = (text) => console.log(`python: ${text}`),
): Promise<Python> {
  const provide = async (): Promise<Python> => {
    const python = await providePython(onProgress);
    const [file, ...args] = python.command;
    const { stdout: tag } = await run(
      file,
      [...args, '-c', 'import sysconfig, sys; print(sys.implementation.cache_tag, sysconfig.get_platform(), sep="-")'],
      { env: { ...process.env, ...python.env } },
    );
    const set = packages.map((name) => name.replace(/\[.*\]/, '').replace('==', '-')).join('+');
    const folder = join(home, 'python-tools', `${set}-${tag.trim()}`);
    if (!existsSync(folder)) {
      onProgress(`downloading ${packages.join(', ')} from PyPI`);
      const partial = `${folder}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(dirname(folder), { recursive: true });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', partial, ...packages];
      await run(file, [...args, ...pip], { env: { ...process.env, ...python.env }, maxBuffer: 16 << 20 });
      renameSync(partial, folder);
    }
    return { command: python.command, env: { ...python.env, PYTHONPATH: folder, PYTHONNOUSERSITE: '1' } };
  };
  return await withLock(join(home, 'python-tools', 'lock'), {}, provide);
}

/** Runs a script of one of the packages to its end: resolves with what it prints, whichever way it exits. */
export async function runPython(
  { command: [file, ...first], env }: Python,
  args: readonly string[],
  { cwd, temporary }: { cwd: string; temporary: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((done) => {
    execFile(
      file,
      [...first, ...args],
      {
        cwd,
        // A home of its own: what a tool keeps for itself goes with the test.
        env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary, LC_ALL: 'C.UTF-8', ...env },
        maxBuffer: 256 << 20,
      },
      (error, stdout, stderr) => done({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}
