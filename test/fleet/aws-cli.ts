// The aws command line, a client of AWS's API that nobody here wrote: the distribution's package, unpacked beside the
// servers and run with the Python that comes with it; where there is no apt, the machine's own.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { hasApt, openApt } from '../../lib/local/programs/apt';
import { withLock } from '../../lib/local/programs/lock';
import { toCommand } from '../../lib/local/programs/program';

const run = promisify(execFile);

const findOnPath = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'aws'))
    .find(existsSync);

const rootIn = (serversFolder: string): string => join(serversFolder, 'awscli');

export async function provideAwsCli(serversFolder: string, onProgress: (text: string) => void): Promise<void> {
  const root = rootIn(serversFolder);
  if (existsSync(root) || (!hasApt() && findOnPath())) return;
  await withLock(
    join(serversFolder, 'lock'),
    () => {},
    async () => {
      if (existsSync(root)) return;
      const apt = await openApt(serversFolder, 'own', onProgress);
      if (!apt) throw new Error('the aws command line is on no PATH and there is no apt to fetch it');
      await apt.unpack('awscli', root, onProgress);
    },
  );
}

/** Runs one command of it; resolves with what it prints, rejects with what it says. */
export async function aws(
  serversFolder: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  const root = rootIn(serversFolder);
  const isUnpacked = existsSync(root);
  const [file, ...first] = !isUnpacked
    ? ['aws']
    : [...toCommand(join(root, 'usr/bin/python3'), root), join(root, 'usr/bin/aws')];
  const home = !isUnpacked ? {} : { PYTHONHOME: join(root, 'usr'), PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await run(file as string, [...first, ...args, '--output', 'json'], {
    env: { PATH: process.env.PATH, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true', ...home, ...env },
    timeout: 60_000,
  });
  return stdout;
}
