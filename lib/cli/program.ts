// The command line: which verbs there are, and the exit code of each.
import { Command, CommanderError } from 'commander';
import { OperatorError } from '../config/operator-error';
import type { Surroundings } from './flags';
import { declareBuildVerbs } from './verbs/build';
import { declareChangeVerbs } from './verbs/change';
import { declareDataVerbs } from './verbs/data';
import { declareLocalVerbs } from './verbs/local';
import { declareLookVerbs } from './verbs/look';

const verbs = [declareLocalVerbs, declareLookVerbs, declareChangeVerbs, declareDataVerbs, declareBuildVerbs];

/**
 * Runs one command line.
 * @param beforeVerb runs before a verb is loaded, so that `--help` need not wait for it
 * @returns its exit code: 0 it holds, 1 it does not, 2 it was called wrongly, 3 where it works cannot be reached
 */
export async function runCommand(
  args: readonly string[],
  surroundings: Surroundings,
  beforeVerb: () => Promise<void> = async () => {},
): Promise<number> {
  let exitCode = 0;
  const end = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('clonekit')
    .description('Scalability by clones: one config becomes a fleet that runs here and deploys there.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .helpCommand(false)
    .hook('preAction', beforeVerb);
  for (const declare of verbs) declare(program, { surroundings, end });
  prepare(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof OperatorError)) throw error;
    console.error(`clonekit: ${error.message}`);
    return error.exitCode;
  }
}

/** Of every verb, those below others too. */
function prepare(program: Command): void {
  for (const command of program.commands) {
    command.exitOverride().allowExcessArguments(false).helpCommand(false);
    prepare(command);
  }
}
