// The verbs of `clonekit`, their flags and help. What a verb does is loaded only when it is called.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { stageNames } from '../config/names';
import { architectures } from '../config/node-types';
import { OperatorError } from '../config/operator-error';
import type { BakeFlags, ImageFlags, PriceFlags, ReleaseFlags, Surroundings, TargetFlags, UpFlags } from './flags';

const toPort = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port from 0 to 65535; 0 picks a free one.');
};

const stageOption = (): Option => new Option('--stage <name>', 'stage of the config').choices([...stageNames]);
const onOption = (): Option =>
  new Option('--on <where>', 'where the stage runs; default: local').choices(['local', 'aws']);

/** Runs one command line; returns its exit code: 0 it holds, 1 it does not, 2 it was called wrongly. */
export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0;
  const program = new Command('clonekit')
    .description('Scalability by clones: one config becomes a fleet that runs here and deploys there.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .helpCommand(false);
  program
    .command('up')
    .summary('run a stage on this machine')
    .description('Synthesizes a stage, packs the release and runs what the templates declare on this machine.')
    .addOption(stageOption().default('dev'))
    .option('--port <port>', 'port of the load balancer, 0 for any free one', toPort, 8080)
    .option('--machines', 'clones are machines of their own, booted from the image of the release (root)')
    .option('--detach', 'return once the fleet is ready, and leave it running')
    .option('--json', 'print one JSON object a line')
    .action(async (flags: UpFlags) => {
      exitCode = await (await import('./up-command')).upCommand(flags, surroundings);
    });
  program
    .command('down')
    .summary('stop the fleet on this machine')
    .description('Stops the fleet that is up on this machine and removes its data.')
    .option('--dry-run', 'only say what would be stopped')
    .action(async ({ dryRun }: { dryRun?: boolean }) => {
      const { down } = await import('../local/down');
      console.log(await down({ ...surroundings, dryRun }));
    });
  program
    .command('status')
    .summary('show clones, caches and databases of a stage')
    .description('Shows the clones with their health, the caches and the databases of a stage.')
    .addOption(stageOption())
    .addOption(onOption())
    .option('--json', 'print one JSON object')
    .action(async (flags: TargetFlags & { json?: boolean }) => {
      await (await import('./status-command')).statusCommand(flags, surroundings);
    });
  program
    .command('kill')
    .summary('end one clone; its group replaces it')
    .description('Ends one clone: the load balancer lets go of it first, and its group launches another.')
    .argument('<clone>', 'id of the clone, or the beginning of it')
    .addOption(stageOption())
    .addOption(onOption())
    .option('--dry-run', 'only say which clone would end')
    .action(async (clone: string, flags: TargetFlags & { dryRun?: boolean }) => {
      await (await import('./status-command')).killCommand(clone, flags, surroundings);
    });
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
      await (await import('./release-command')).releaseCommand(folder, flags, surroundings);
    });
  program
    .command('price')
    .summary('estimate what a stage costs a month')
    .description('Estimates what stages cost a month on AWS, by knob, from the price table in lib/price.')
    .addOption(stageOption())
    .option('--json', 'print one JSON object')
    .action(async (flags: PriceFlags) => {
      (await import('./price-command')).priceCommand(flags);
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
      exitCode = await (await import('./image-command')).imageCommand(flags, surroundings);
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
      await (await import('./bake-command')).bakeCommand(flags, surroundings);
    });
  for (const command of program.commands) command.exitOverride().allowExcessArguments(false);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof OperatorError)) throw error;
    console.error(`clonekit: ${error.message}`);
    return 1;
  }
}
