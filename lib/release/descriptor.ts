// What a release is: the one description that those who pack, bake, deploy and run it agree on.
import { createHash } from 'node:crypto';

export interface ReleaseDescriptor {
  /** sha256 of the manifest's bytes, in hex: the release's name. */
  digest: string;
  /** Path of the archive, `<digest>.tar.gz`. */
  file: string;
}

/** Which files a release holds; its own sha256 names the release. */
export interface ReleaseManifest {
  name: string;
  /** The file that `node` runs. */
  entry: string;
  /** Path → sha256 in hex, sorted by path. */
  files: Record<string, string>;
}

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
