// Which release the machines of a stage run: one that was given, or one packed for their architecture, once for all stages.
import type { Architecture } from '../config/node-types';
import { machineArchitecture, type ReleaseDescriptor } from './descriptor';
import { toGivenRelease } from './given';
import { packApp } from './pack-app';

export interface ForStagesOptions {
  /** Folder of the app. */
  readonly folder: string;
  /**
   * Path of a release that was packed before.
   * @default - the app is packed
   */
  readonly given?: string;
  /**
   * Whether it is for the fleet on this machine: its clones are what this machine is, whatever those of the stage are.
   * @default false
   */
  readonly isHere?: boolean;
}

/** @throws OperatorError (what it returns does) when the app cannot be packed, or the given release is not one for the architecture */
export function toReleases({
  folder,
  given,
  isHere = false,
}: ForStagesOptions): (architecture: Architecture) => Promise<ReleaseDescriptor> {
  const releases = new Map<Architecture, Promise<ReleaseDescriptor>>();
  return (declared) => {
    const architecture = isHere ? machineArchitecture : declared;
    const known = releases.get(architecture);
    if (known) return known;
    const release = given === undefined ? packApp({ folder, architecture }) : toGivenRelease(given, { architecture });
    releases.set(architecture, release);
    return release;
  };
}
