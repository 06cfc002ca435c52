// The verbs that look at a stage and change nothing.

import { Option } from 'commander';
import type { StageName } from '../../config/names';
import { toMilliseconds } from '../duration';
import type { LogsFlags, ShowFlags, TargetFlags, VerifyFlags } from '../flags';
import { type DeclareVerbs, stageOption, withShow } from './verb';

type Json = TargetFlags & { readonly json?: boolean };

export const declareLookVerbs: DeclareVerbs = (program, { surroundings, end }) => {
  withShow(program.command('status'))
    .summary('show clones, caches, databases and alarms of a stage')
    .description('Shows the clones with their health and why, the last roll, caches, databases and alarms of a stage.')
    .option('--watch', 'show it anew every two seconds')
    .action(async (flags: ShowFlags) => {
      end(await (await import('../status-command')).statusCommand(flags, surroundings));
    });
  withShow(program.command('verify'))
    .summary('hold what is deployed to what is declared')
    .description('Holds what is deployed to the synthesized templates: named checks, each with what to do.')
    .option('--app <folder>', 'cloud assembly; default: that of the fleet here, or cdk.out')
    .action(async (flags: VerifyFlags) => {
      end(await (await import('../checks-command')).verifyCommand(flags, surroundings));
    });
  withShow(program.command('clone-check'))
    .summary('hold every clone to the golden rule')
    .description('Every clone must answer as one release, be of one image, and have written nothing to its disk.')
    .action(async (flags: Json) => {
      end(await (await import('../checks-command')).cloneCheckCommand(flags, surroundings));
    });
  withShow(program.command('releases'))
    .summary('list the releases there are images of')
    .description('Lists the images of this account, each with its release; the newest first.')
    .action(async (flags: Json) => {
      end(await (await import('../releases-command')).releasesCommand(flags, surroundings));
    });
  withShow(program.command('logs'))
    .summary('print what clones say')
    .description('Prints the lines of clones, each with the clone and the release that said it.')
    .argument('[clones...]', 'ids, or beginnings of them; default: all')
    .addOption(
      new Option('--since <time>', 'how far back, e.g. 40s, 10m, 2h, 3d')
        .argParser(toMilliseconds)
        .default(600_000, '10m'),
    )
    .option('--grep <text>', 'only lines that hold this')
    .option('--follow', 'go on printing')
    .option('--audit', 'what operators did, in place of what clones say')
    .action(async (clones: string[], flags: LogsFlags) => {
      end(await (await import('../logs-command')).logsCommand(clones, flags, surroundings));
    });
  program
    .command('preflight')
    .summary('whether the account can take a stage')
    .description(
      'Asks the account for what a stage needs before a deploy: bootstrap, quotas, certificate, room to roll.',
    )
    .addOption(stageOption().makeOptionMandatory())
    .option('--json', 'print JSON')
    .action(async (flags: { stage: StageName; json?: boolean }) => {
      end(await (await import('../preflight-command')).preflightCommand(flags, surroundings));
    });
  program
    .command('schema')
    .summary('print the schema of what --json prints')
    .description('Prints JSON Schema of what --json prints, by what it is printed of.')
    .action(async () => {
      (await import('../schemas')).schemaCommand();
    });
  program
    .command('iam')
    .summary('print the least rights that verbs need')
    .description('Prints the IAM policy with the least that verbs need on a stage; of all verbs unless some are named.')
    .argument('[verbs...]', "e.g. status, roll, 'db failover', drill")
    .addOption(stageOption().makeOptionMandatory())
    .action(async (verbs: string[], flags: { stage: StageName }) => {
      (await import('../iam-command')).iamCommand(verbs, flags);
    });
};
