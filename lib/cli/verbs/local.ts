// The verbs of a fleet on this machine: up and down.
import { InvalidArgumentError } from 'commander';
import type { UpFlags } from '../flags';
import { type DeclareVerbs, stageOption } from './verb';

const toPort = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port from 0 to 65535; 0 picks a free one.');
};

export const declareLocalVerbs: DeclareVerbs = (program, { surroundings, end }) => {
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
      end(await (await import('../up-command')).upCommand(flags, surroundings));
    });
  program
    .command('down')
    .summary('stop the fleet on this machine')
    .description('Stops the fleet that is up on this machine and removes its data.')
    .option('--dry-run', 'only say what would be stopped')
    .action(async ({ dryRun }: { dryRun?: boolean }) => {
      const { down } = await import('../../local/down');
      console.log(await down({ ...surroundings, dryRun }));
    });
};
