// A fleet whose clones are machines: the image of its release is made first, while its servers start.
import { basename } from 'node:path';
import type { Launcher } from '../launch';
import type { ProvideOptions } from './base';
import { provideImage } from './disk';
import { launchMachines } from './launch-machines';

export const launchImages =
  (options: ProvideOptions): Launcher =>
  async (launching) => {
    const release = { digest: basename(launching.archive, '.tar.gz'), file: launching.archive };
    const image = await provideImage(release, { ...options, stop: launching.processes.stop });
    return await launchMachines(image)(launching);
  };
