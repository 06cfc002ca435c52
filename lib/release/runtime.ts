// The Node that a release carries: fetched once by npm, held to the lock file, and kept ready to be put into archives.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { releaseFiles } from '../config/names';
import type { Architecture } from '../config/node-types';
import { OperatorError } from '../config/operator-error';
import { sha256 } from './descriptor';
import { fetchPackage } from './fetch-package';
import { runtimesFolder } from './home';
import { toMember } from './member';
import { getLockedRuntime, type LockedRuntime } from './runtime-lock';

export interface Runtime extends LockedRuntime {
  /** Path of the program. */
  readonly node: string;
  /** Path of its licence. */
  readonly license: string;
  /** Path of the program as `toMember` made it. */
  readonly member: string;
  /** Of the program. */
  readonly sha256: string;
}

/** A tenth larger than the smallest it can be, in a third of the time. */
const level = 4;

/** @throws OperatorError when it is not kept yet and npm cannot get it, or when it is not what was locked */
export async function getRuntime(architecture: Architecture): Promise<Runtime> {
  const locked = getLockedRuntime(architecture);
  const folder = join(runtimesFolder(), `node-${locked.version}-${architecture}`);
  const sum = join(folder, 'sha256');
  const kept = await readFile(sum, 'utf8').catch(() => undefined);
  if (kept === undefined) await provide(locked, folder);
  return {
    ...locked,
    node: join(folder, 'node'),
    license: join(folder, 'LICENSE'),
    member: join(folder, 'member.gz'),
    sha256: kept ?? (await readFile(sum, 'utf8')),
  };
}

/** Made beside it and then renamed: of two processes at once both make the same, and nobody sees half of it. */
async function provide(locked: LockedRuntime, folder: string): Promise<void> {
  await mkdir(runtimesFolder(), { recursive: true });
  const staging = await mkdtemp(join(runtimesFolder(), '.fetching-'));
  try {
    const archive = await fetchPackage(`${locked.package}@${locked.version}`, staging);
    await verifyIntegrity(archive, locked);
    const made = join(staging, 'made');
    await mkdir(made);
    const wanted = ['package/bin/node', 'package/LICENSE'];
    await extract({ file: archive, cwd: staging, filter: (path) => wanted.includes(path), strict: true });
    await rename(join(staging, 'package/bin/node'), join(made, 'node'));
    await rename(join(staging, 'package/LICENSE'), join(made, 'LICENSE'));
    await chmod(join(made, 'node'), 0o755);
    const program = await readFile(join(made, 'node'));
    await writeFile(join(made, 'member.gz'), await toMember(releaseFiles.node, program, { mode: 0o755, level }));
    await writeFile(join(made, 'sha256'), sha256(program));
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function verifyIntegrity(archive: string, locked: LockedRuntime): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const integrity = `sha512-${hash.digest('base64')}`;
  if (integrity === locked.integrity) return;
  throw new OperatorError(
    `The npm package ${locked.package}@${locked.version} must be the one of the lock file, ${locked.integrity}; got: ${integrity}; ` +
      'run npm cache clean --force, and ask your registry why it hands out another one',
  );
}
