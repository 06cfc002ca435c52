// The verbs of what clones are made from, and of what a stage costs.
import { Option } from 'commander';
import { architectures } from '../../config/node-types';
import type { BakeFlags, ImageFlags, PriceFlags, ReleaseFlags } from '../flags';
import { type DeclareVerbs, stageOption } from './verb';

export const declareBuildVerbs: DeclareVerbs = (program, { surroundings, end }) => {
  program
    .command('release')
    .summary('pack an app into what every clone runs')
    .description(
      'Packs an app with its Node into one archive for each architecture, named by the digest of its content, or verifies one.',
    )
    .argument('[folder]', "folder of the app; its package.json has clonekit.release (default: this project's)")
    .addOption(
      new Option('--arch <name>', 'of the clones; default: of this machine').choices([...architectures, 'both']),
    )
    .addOption(new Option('--verify <file>', 'name the first thing in a packed release that differs').conflicts('arch'))
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, flags: ReleaseFlags) => {
      await (await import('../release-command')).releaseCommand(folder, flags, surroundings);
    });
  program
    .command('image')
    .summary('make the image of the release here, and boot it')
    .description(
      'Makes a disk that boots from Debian packages and the release, by the script that bakes on AWS (root).',
    )
    .addOption(stageOption().default('dev'))
    .option('--boot', 'boot a fleet of it beside real caches and databases, see what must hold, and stop it')
    .option('--output <file>', 'write a copy of the disk there')
    .option('--json', 'print one JSON object a line')
    .action(async (flags: ImageFlags) => {
      end(await (await import('../image-command')).imageCommand(flags, surroundings));
    });
  program
    .command('bake')
    .summary('bake the image of a stage on AWS, and lock it')
    .description(
      'Bakes the release into an image on AWS, waits until it is tested, and writes its id to .image.lock.json.',
    )
    .addOption(stageOption().makeOptionMandatory())
    .option('--no-deploy', 'bake what is deployed, with the base image it names')
    .option('--dry-run', 'only say what would be deployed and baked')
    .option('--yes', 'deploy without asking, also where rights change')
    .action(async (flags: BakeFlags) => {
      await (await import('../bake-command')).bakeCommand(flags, surroundings);
    });
  program
    .command('price')
    .summary('estimate what a stage costs a month')
    .description('Estimates what stages cost a month on AWS, by knob, from the price table in lib/price.')
    .addOption(stageOption())
    .option('--json', 'print one JSON object')
    .action(async (flags: PriceFlags) => {
      (await import('../price-command')).priceCommand(flags);
    });
};
