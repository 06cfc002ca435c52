// A release that was packed before, given by its path.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { OperatorError } from '../config/operator-error';
import type { ReleaseDescriptor } from './descriptor';

/** @throws OperatorError unless `file` is there and named by a digest */
export const toGivenRelease = (file: string): ReleaseDescriptor => {
  const digest = /^([0-9a-f]{64})\.tar\.gz$/.exec(basename(file))?.[1];
  if (digest !== undefined && existsSync(file)) return { digest, file };
  throw new OperatorError(
    `release must be the path of a packed release, <digest>.tar.gz; got: ${file}; leave it out to pack one`,
  );
};
