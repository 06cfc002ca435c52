// Back to an earlier release on AWS: its image is locked again, as it was committed then, and the fleet is deployed.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { imageLockFile, type LockedImage, readImageLock } from '../config/image-lock';
import { stackName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { StageConfig } from '../config/stage-config';
import type { ReleaseImage } from '../ops/rollback';
import { releasesFolder } from '../release/home';
import { runCdk } from './cdk';
import type { Change } from './change';
import type { Surroundings } from './flags';
import { lockImage, readImageLockFile } from './image-lock-file';

const run = promisify(execFile);

interface Found {
  /** The newest line that named an image that is kept. */
  readonly locked?: LockedImage;
  /** The newest line of all. */
  readonly newest?: LockedImage;
}

/** What the lock said of this release for the stage, from the history of the file. */
async function findLocked(
  project: string,
  { stage, release, kept }: { stage: string; release: string; kept: readonly string[] },
): Promise<Found> {
  const git = async (...args: string[]): Promise<string> => (await run('git', args, { cwd: project })).stdout;
  const commits = await git('log', '--format=%H', '--', imageLockFile).catch(() => '');
  let newest: LockedImage | undefined;
  for (const commit of commits.split('\n').filter(Boolean)) {
    const text = await git('show', `${commit}:./${imageLockFile}`).catch(() => undefined);
    const found = readOld(text).find((image) => image.stage === stage && image.release === release);
    newest ??= found;
    if (found && kept.includes(found.ami)) return { locked: found, newest };
  }
  return { newest };
}

/** One that was committed and cannot be read has been mended since. */
function readOld(text: string | undefined): readonly LockedImage[] {
  try {
    return readImageLock(text);
  } catch (error) {
    if (error instanceof OperatorError) return [];
    throw error;
  }
}

/**
 * @param images those of the release that are kept
 * @throws OperatorError when the stage locks no images, or nobody knows that release any more
 */
export async function toLockedDeploy(
  { stage, image: { bake } }: Pick<StageConfig, 'stage' | 'image'>,
  images: readonly [ReleaseImage, ...ReleaseImage[]],
  surroundings: Surroundings,
): Promise<Change> {
  const { project } = surroundings;
  const [{ release }] = images;
  const short = release.slice(0, 12);
  if (bake !== 'locked') {
    throw new OperatorError(
      `${stage}: image.bake must be locked for a rollback, got: on-deploy. Check out the commit of release ${short} and deploy it; its image is baked again`,
    );
  }
  const kept = images.map(({ imageId }) => imageId);
  const { locked, newest } = await findLocked(project, { stage, release, kept });
  if (!locked) {
    throw new OperatorError(
      `${imageLockFile}: its history must hold release ${short} with ${kept.join(' or ')}, got: ${newest?.ami ?? 'nothing'}. Choose another: npx clonekit releases`,
    );
  }
  const archive = join(releasesFolder(), `${release}.tar.gz`);
  if (!existsSync(archive)) {
    throw new OperatorError(
      `release ${short}: must be packed at ${archive}, got: nothing there. Check out commit ${locked.commit} and run: npx clonekit release`,
    );
  }
  const args = ['deploy', stackName(stage, 'fleet'), '-c', `stage=${stage}`, '-c', `release=${archive}`];
  return {
    touches: [
      `${imageLockFile}: ${locked.ami} of release ${short}, as it was at commit ${locked.commit}; commit it afterwards`,
      `npx cdk ${args.join(' ')}: every clone, new ones first`,
    ],
    run: async () => {
      const lockedBefore = readImageLockFile(project).find((one) => one.stage === stage);
      lockImage(project, locked);
      try {
        await runCdk([...args, '--require-approval', 'never'], surroundings);
      } catch (error) {
        // The stack has gone back to what it was, and so does what the next deploy would take.
        if (lockedBefore) lockImage(project, lockedBefore);
        throw error;
      }
      return `stage ${stage} runs release ${short} again; commit ${imageLockFile}`;
    },
  };
}
