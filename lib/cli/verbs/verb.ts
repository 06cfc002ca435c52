// What the declaration of a verb is given, and the flags that several have.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { stageNames } from '../../config/names';
import type { Surroundings } from '../flags';

export interface Context {
  readonly surroundings: Surroundings;
  /** The exit code of what was run: 0 unless it is told. */
  readonly end: (code: number) => void;
}

/** Adds some verbs to the command. What they do is loaded only when they are called. */
export type DeclareVerbs = (program: Command, context: Context) => void;

export const stageOption = (): Option => new Option('--stage <name>', 'stage of the config').choices([...stageNames]);

/** Where a verb works. */
export const withTarget = (command: Command): Command =>
  command
    .addOption(stageOption())
    .addOption(new Option('--on <where>', 'where the stage runs; default: local').choices(['local', 'aws']));

/** Of a verb that shows something. */
export const withShow = (command: Command): Command =>
  withTarget(command).option('--json', 'print JSON; its schema: clonekit schema');

/** Of a verb that changes something. */
export const withChange = (command: Command): Command =>
  withTarget(command)
    .option('--dry-run', 'only say what would be touched')
    .option('--yes', 'go on without asking')
    .option('--take-lock', 'take the lock from whoever holds it')
    .option('--json', 'print one JSON object');

export const toCount =
  (what: string, from = 0, to = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && number <= to) return number;
    const most = to < Number.MAX_SAFE_INTEGER ? ` to ${to}` : '';
    throw new InvalidArgumentError(`It must be ${what}, a whole number from ${from}${most}.`);
  };
