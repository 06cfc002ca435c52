// The verbs that change clones, or who reaches them.
import { Argument, type Command } from 'commander';
import type { ChangeFlags, ExecFlags, RollFlags } from '../flags';
import { type DeclareVerbs, toCount, withChange } from './verb';

/** Run Command ends what takes longer than two days. */
const mostSeconds = 172_800;

const withProbe = (command: Command): Command =>
  withChange(command)
    .option('--probe', 'keep people at the load balancer meanwhile, and tell what they noticed')
    .option('--max-lost <count>', 'failures they may notice', toCount('a number of failures'), 0);

export const declareChangeVerbs: DeclareVerbs = (program, { surroundings, end }) => {
  withProbe(program.command('roll'))
    .summary('replace every clone by a new one')
    .description('Replaces every clone, new ones first, and tells how far it is; a roll that goes on is watched.')
    .argument('[release]', 'one that an image is kept of; a fleet on this machine only')
    .action(async (release: string | undefined, flags: RollFlags) => {
      end(await (await import('../roll-command')).rollCommand(release, flags, surroundings));
    });
  withProbe(program.command('rollback'))
    .summary('undo the roll that goes on, or go back to a release')
    .description('Undoes the roll that goes on; or goes back to an earlier release, by its locked image and a deploy.')
    .argument('[release]', 'digest of the release, or the beginning of it')
    .action(async (release: string | undefined, flags: RollFlags) => {
      end(await (await import('../roll-command')).rollbackCommand(release, flags, surroundings));
    });
  withChange(program.command('scale'))
    .summary('set the fewest and the most clones')
    .description('Sets the bounds of the number of clones, as far as there is room for them, until the next deploy.')
    .argument('<min>', 'fewest clones', toCount('the fewest clones', 1))
    .argument('<max>', 'most clones', toCount('the most clones', 1))
    .action(async (min: number, max: number, flags: ChangeFlags) => {
      end(await (await import('../scale-command')).scaleCommand(min, max, flags, surroundings));
    });
  withChange(program.command('kill'))
    .summary('end one clone; its group replaces it')
    .description('Ends one clone: the load balancer lets go of it first, and its group launches another.')
    .argument('<clone>', 'id of the clone, or the beginning of it')
    .action(async (clone: string, flags: ChangeFlags) => {
      end(await (await import('../kill-command')).killCommand(clone, flags, surroundings));
    });
  withChange(program.command('exec'))
    .summary('run a command on clones')
    .description('Runs a command on all clones, or on some, without a login; each line with the clone that said it.')
    .argument('<command...>', 'the command, after --')
    .option('--clone <id...>', 'only on these')
    .option('--timeout <seconds>', 'for each clone', toCount('seconds', 1, mostSeconds), 60)
    .action(async (words: string[], flags: ExecFlags) => {
      end(await (await import('../exec-command')).execCommand(words, flags, surroundings));
    });
  withChange(program.command('maintenance'))
    .summary('have the load balancer answer everybody with a page')
    .description('On: the load balancer answers everybody with a page and 503. Off: people reach the clones again.')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action(async (state: 'on' | 'off', flags: ChangeFlags) => {
      end(await (await import('../maintenance-command')).maintenanceCommand(state, flags, surroundings));
    });
  withChange(program.command('drill'))
    .summary('inject a fault and hold the fleet to its promise')
    .description(
      'Injects a fault, measures what people notice, undoes it, and leaves evidence of it in .clonekit/drills.',
    )
    .addArgument(new Argument('<name>').choices([...drillNames]))
    .action(async (name: string, flags: ChangeFlags) => {
      end(await (await import('../drill-command')).drillCommand(name, flags, surroundings));
    });
};

/** What there are, is in `lib/ops/drills/drills.ts`, which loads the SDK. */
export const drillNames = [
  ...['clone-kill', 'clone-freeze', 'zone-loss', 'cache-failover', 'db-failover', 'replica-lag', 'bad-release'],
] as const;
