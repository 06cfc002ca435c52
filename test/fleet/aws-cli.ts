// The aws command line: a client of AWS's API that nobody here wrote.
// A package of the distribution, unpacked beside the servers and run with its own Python; where there is none, PyPI's.
import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasApt, openApt } from '../../lib/local/programs/apt';
import { withLock } from '../../lib/local/programs/lock';
import { toCommand } from '../../lib/local/programs/program';

const run = promisify(execFile);

const rootIn = (serversFolder: string): string => join(serversFolder, 'awscli');

export async function provideAwsCli(serversFolder: string, onProgress: (text: string) => void): Promise<void> {
  const root = rootIn(serversFolder);
  const provide = async (): Promise<void> => {
    if (existsSync(root)) return;
    // Newest first: AWS_ENDPOINT_URL is younger than the version in Debian 12.
    for (const suite of hasApt() ? (['unstable', 'own'] as const) : []) {
      const apt = await openApt(serversFolder, suite, onProgress);
      if (await apt?.findPackage(['awscli'])) return await apt?.unpack('awscli', root, onProgress);
    }
    onProgress('downloading awscli from PyPI');
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', `${root}.partial`, 'awscli']);
    renameSync(`${root}.partial`, root);
  };
  await withLock(join(serversFolder, 'lock'), {}, provide);
}

/** Runs one command of it; resolves with what it prints, rejects with what it says. */
export async function aws(
  serversFolder: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  const root = rootIn(serversFolder);
  const isPackage = existsSync(join(root, 'usr/bin/aws'));
  const [file, ...first] = isPackage
    ? [...toCommand(join(root, 'usr/bin/python3'), root), join(root, 'usr/bin/aws')]
    : ['python3', join(root, 'bin/aws')];
  const python = isPackage ? { PYTHONHOME: join(root, 'usr') } : { PYTHONPATH: root };
  const { stdout } = await run(file as string, [...first, ...args, '--output', 'json'], {
    env: { PATH: process.env.PATH, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true', ...python, ...env },
    timeout: 60_000,
  });
  return stdout;
}
