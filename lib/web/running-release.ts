// How the app knows itself: which release it is, and where the files that came with it lie.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseFiles } from '../config/names';

export interface RunningRelease {
  /** The release's digest; `source` when run from source. */
  release: string;
  /** Folder that holds `assets` and `migrations`. */
  rootFolder: string;
}

/** @param entryFolder the folder of the running entry: of the bundle in a release, `bin` in source. */
export function getRunningRelease(entryFolder: string): RunningRelease {
  const sums = join(entryFolder, '..', releaseFiles.sums);
  if (!existsSync(sums)) return { release: 'source', rootFolder: join(entryFolder, '../lib/web') };
  return { release: createHash('sha256').update(readFileSync(sums)).digest('hex'), rootFolder: entryFolder };
}
