// The lock of images as a file that is committed: a new image is a line of a review, and `git revert` the way back.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getLockedImage, imageLockFile, type LockedImage, readImageLock, toImageLock } from '../config/image-lock';
import type { StageConfig } from '../config/stage-config';

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** None where there is no file yet. @throws OperatorError when it is no lock */
export const readImageLockFile = (project: string): readonly LockedImage[] =>
  readImageLock(readText(join(project, imageLockFile)));

/** Locks this image in the place of its stage's; the lines of other stages stay as they are. */
export const lockImage = (project: string, image: LockedImage): void =>
  writeFileSync(join(project, imageLockFile), toImageLock(readImageLockFile(project), image));

/** A process is launched from no image: what runs on this machine need not be baked. */
const imageOfNobody = { ami: `ami-${'0'.repeat(17)}`, base: `ami-${'0'.repeat(17)}` };

/**
 * The image of a stage whose config says `locked`; undefined for one that bakes on deploy.
 * @param isHere whether the templates are for the fleet on this machine
 * @throws OperatorError with the command that bakes it, when the lock has none of this release
 */
export function findImage(
  project: string,
  config: StageConfig,
  release: string,
  isHere: boolean,
): Pick<LockedImage, 'ami' | 'base'> | undefined {
  if (config.image.bake === 'on-deploy') return undefined;
  return isHere ? imageOfNobody : getLockedImage(readImageLockFile(project), config, release);
}
