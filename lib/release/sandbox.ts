// The sandbox every clone runs in, here and on an image: Node's permission model, with the release to read and no more.
import { releaseFiles } from '../config/names';

/**
 * Flags of `node` for what lies in an unpacked release: it reads the release, writes nothing, starts no process and no
 * thread, and loads no native code. The guard says what was attempted in spite of that.
 * @see https://nodejs.org/docs/latest-v24.x/api/permissions.html
 */
export const toNodeFlags = (folder: string): string[] => [
  '--permission',
  `--allow-fs-read=${folder}/`,
  `--require=${folder}/${releaseFiles.clone}/guard.cjs`,
];
