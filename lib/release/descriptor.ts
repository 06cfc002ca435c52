// What a release is: the one description that those who pack, bake, deploy and run it agree on.
import { createHash } from 'node:crypto';
import type { Architecture } from '../config/node-types';

export interface ReleaseDescriptor {
  /** sha256 of the bytes of `SHA256SUMS`, in hex: the release's name. */
  digest: string;
  /** Path of the archive, `<digest>.tar.gz`. */
  file: string;
}

/** What a release says of itself, in `releaseFiles.about`. */
export interface ReleaseAbout {
  /** Of the app, for people. */
  name: string;
  /** The file that the release's Node runs, e.g. `app/web.cjs`. */
  entry: string;
  /** Of the machines it runs on. */
  architecture: Architecture;
  /** Version of its Node, e.g. `24.21.0`. */
  node: string;
}

/** Of this machine: what a release must be for, to run here. */
export const machineArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** By code unit: a locale must not decide an order. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
