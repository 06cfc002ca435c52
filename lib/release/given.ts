// A release that was packed before, given by its path: known at a glance, without unpacking it.
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Header } from 'tar';
import { releaseFiles } from '../config/names';
import type { Architecture } from '../config/node-types';
import { OperatorError } from '../config/operator-error';
import type { ReleaseAbout, ReleaseDescriptor } from './descriptor';
import { findLastMember } from './member';

export interface GivenRelease extends ReleaseDescriptor {
  readonly about: ReleaseAbout;
}

export interface ToGivenReleaseOptions {
  /**
   * What the machines that shall run it are.
   * @default - whatever it was packed for
   */
  readonly architecture?: Architecture;
}

/** @throws OperatorError unless `file` is there, named by a digest, whole, and for the architecture */
export async function toGivenRelease(
  file: string,
  { architecture }: ToGivenReleaseOptions = {},
): Promise<GivenRelease> {
  const digest = /^([0-9a-f]{64})\.tar\.gz$/.exec(basename(file))?.[1];
  const member = await findLastMember(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (digest === undefined || member === null) {
    throw new OperatorError(
      `release must be the path of a packed release, <digest>.tar.gz; got: ${file}; leave it out to pack one`,
    );
  }
  const about = member && findAbout(member);
  if (!about)
    throw new OperatorError(
      `release must be a whole archive; got: ${file}, which is truncated or not a release; pack it again`,
    );
  if (architecture !== undefined && about.architecture !== architecture) {
    throw new OperatorError(
      `release must be for ${architecture}, which the machines of the stage are; got: ${file}, which is for ${about.architecture}; ` +
        `pack it with clonekit release --arch ${architecture}, or leave it out to pack one`,
    );
  }
  return { digest, file, about };
}

/** It is the last of all by its name. */
function findAbout(member: Buffer): ReleaseAbout | undefined {
  try {
    const entry = gunzipSync(member);
    const { path, size = 0 } = new Header(entry);
    return path === releaseFiles.about ? JSON.parse(entry.subarray(512, 512 + size).toString()) : undefined;
  } catch {
    return undefined;
  }
}
