// Makes the image of the release on this machine, and boots a fleet of it when asked to.
import { join, resolve } from 'node:path';
import { toHome } from '../local/home';
import { bootImage } from '../local/image/boot';
import { run, verifyCanMakeImages } from '../local/image/command';
import { provideImage } from '../local/image/disk';
import { machineArchitecture } from '../release/descriptor';
import { packApp } from '../release/pack-app';
import type { ImageFlags, Surroundings } from './flags';
import { untilSignalled } from './until-signalled';
import { toReport } from './up-command';

export async function imageCommand(flags: ImageFlags, { project, env }: Surroundings): Promise<number> {
  verifyCanMakeImages();
  const home = toHome(project, env);
  const report = toReport(flags);
  return await untilSignalled(flags, async (stop) => {
    const outDir = join(home.folder, 'releases');
    const began = Date.now();
    const release = await packApp({ folder: project, architecture: machineArchitecture, outDir });
    const image = await provideImage(release, { imagesFolder: home.images, onProgress: report.note, stop });
    const disk = flags.output === undefined ? image.file : resolve(flags.output);
    // Most of the disk is holes, and stays so.
    const copy = ['--sparse=always', image.file, disk];
    if (disk !== image.file) await run('cp', copy, { what: `copied to ${disk}`, stop });
    report.step('image', (Date.now() - began) / 1000, `${image.isNew ? 'made' : 'kept'}: ${disk}`);
    if (!flags.boot) return;
    await bootImage({
      ...{ project, env, stage: flags.stage, image, report, stop },
      pack: async () => release,
      onHolds: (what, seconds) => report.step('holds', seconds, what),
    });
    report.note('everything holds, and everything is down');
  });
}
