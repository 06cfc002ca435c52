// The reference app as a release for this machine: what most tests that run a release need.
import { machineArchitecture } from '../../lib/release/descriptor';
import { type PackedRelease, packApp } from '../../lib/release/pack-app';
import { project } from '../provide-servers';

/** @param outDir the ordinary place unless it is said, where it is found again as long as the sources are the same */
export const packHere = (outDir?: string): Promise<PackedRelease> =>
  packApp({ folder: project, architecture: machineArchitecture, outDir });
