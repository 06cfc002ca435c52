// The verbs of `clonekit`, their flags and help. What a verb does is loaded only when it is called.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { stageNames } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { PriceFlags, Surroundings, TargetFlags, UpFlags } from './flags';

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
    .command('price')
    .summary('estimate what a stage costs a month')
    .description('Estimates what stages cost a month on AWS, by knob, from the price table in lib/price.')
    .addOption(stageOption())
    .option('--json', 'print one JSON object')
    .action(async (flags: PriceFlags) => {
      (await import('./price-command')).priceCommand(flags);
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
