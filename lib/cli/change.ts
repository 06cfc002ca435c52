// Everything that changes a stage goes through here: it says what it will touch, asks, locks, acts, and leaves a line about it.
import { OperatorError } from '../config/operator-error';
import { writeAudit } from '../ops/audit';
import type { Aws } from '../ops/aws';
import { withLock } from '../ops/lock';
import { getStage, type Stage } from '../ops/stage';
import { toPlace } from '../ops/target';
import { getWho } from '../ops/who';
import { askToGoOn } from './ask';
import type { ChangeFlags, Surroundings } from './flags';
import { onEnd } from './on-end';
import { operate } from './operate';
import { createProgress, type Progress } from './progress';

export interface Change {
  /** What it will touch and for how long, a line each; told before anything is. */
  readonly touches: readonly string[];
  /** Does it; @returns what came of it, in a sentence, or with more for programs. */
  readonly run: (progress: Progress) => Promise<Outcome | string>;
  /** Verbs whose lock it may take, since it ends what they do. @default - of none */
  readonly takesLockOf?: readonly string[];
}

export interface Outcome {
  readonly result: string;
  /** Whether what was wanted holds now. @default true */
  readonly holds?: boolean;
  /** Printed as text beside the sentence. */
  readonly text?: string;
  /** For programs. */
  readonly json?: object;
}

/**
 * @param prepare looks at the stage and refuses what cannot be done, before anybody is asked
 * @returns the exit code
 */
export async function change(
  verb: string,
  flags: ChangeFlags,
  surroundings: Surroundings,
  prepare: (aws: Aws, stage: Stage) => Promise<Change>,
): Promise<number> {
  return await operate(flags, surroundings, (aws) =>
    untilInterrupted(aws, async () => {
      const stage = await getStage(aws);
      const planned = await prepare(aws, stage);
      const agreed = await agree(verb, flags, aws, planned);
      if (!agreed) return 0;
      const outcome = await withRecord(verb, flags, aws, stage, planned, async () => {
        // Whoever was asked may have thought for a while.
        const { touches, run } = flags.yes ? planned : await prepare(aws, stage);
        if (!isSame(touches, planned.touches)) {
          throw new OperatorError(
            `nothing was done: the stage has changed since, and it would touch: ${touches.join('; ')}`,
          );
        }
        return await run(createProgress(flags));
      });
      const { touches } = planned;
      const { result, text, json, holds = true } = outcome;
      if (flags.json) console.log(JSON.stringify({ verb, stage: stage.name, touches, holds, result, ...json }));
      else for (const line of [text, result]) if (line) console.log(line);
      return holds ? 0 : 1;
    }),
  );
}

/** What differs in figures only is the same: they change all the time. */
const isSame = (one: readonly string[], other: readonly string[]): boolean => {
  const [a, b] = [one, other].map((touches) => touches.join('\n').replace(/\d+(\.\d+)?/g, '0'));
  return a === b;
};

/** Says what will be touched, and asks. @returns false where it was only to be said */
async function agree(verb: string, flags: ChangeFlags, aws: Aws, { touches }: Change): Promise<boolean> {
  const isAsked = !flags.yes && !flags.dryRun;
  // What is printed for programs is theirs alone; whoever is asked must know what for.
  const print = (text: string): void => {
    if (!flags.json) console.log(text);
    else if (isAsked) console.error(text);
  };
  print(`${verb} of ${toPlace(aws.target)}:`);
  for (const line of touches) print(`  ${line}`);
  if (flags.dryRun) {
    if (flags.json) console.log(JSON.stringify({ verb, stage: aws.target.stage, touches, dryRun: true }));
    print('nothing was done: --dry-run');
    return false;
  }
  if (isAsked && !(await askToGoOn(aws.stop))) throw new OperatorError('nothing was done: nobody agreed');
  return true;
}

/** Nobody else changes the stage meanwhile, and a line is left of what was begun, and one of what came of it. */
async function withRecord(
  verb: string,
  flags: ChangeFlags,
  aws: Aws,
  stage: Stage,
  { touches, takesLockOf }: Change,
  work: () => Promise<Outcome | string>,
): Promise<Outcome> {
  const who = await getWho(aws);
  const what = `${verb}: ${touches.join('; ')}`;
  // What is done is done, whether or not the line about it could be left.
  const onLoose = (sentence: string): void => console.error(`clonekit: ${sentence}`);
  const tell = (result: string): Promise<void> =>
    writeAudit(aws, stage, { who, what, result }).catch((error) =>
      onLoose(`audit: the last line must be written, got: ${(error as Error).message}`),
    );
  return await withLock(aws, { who, what: verb, takes: flags.takeLock, takesOf: takesLockOf, onLoose }, async () => {
    if (aws.stop.aborted) throw new OperatorError('interrupted: nothing was done');
    // Who may not leave a line may not change anything.
    await writeAudit(aws, stage, { who, what, result: 'begins' });
    try {
      const done = await work();
      const ended: Outcome = typeof done === 'string' ? { result: done } : done;
      await tell(ended.result);
      return ended;
    } catch (error) {
      await tell(`failed: ${(error as Error).message}`);
      throw error;
    }
  });
}

/** At first the work ends in order, with what it began undone and the lock free; a second signal ends the process. */
async function untilInterrupted<T>(aws: Aws, work: () => Promise<T>): Promise<T> {
  const letGo = onEnd(() => {
    letGo();
    console.error('clonekit: interrupted; it is brought to an end. Once more leaves it as it is');
    aws.interrupt();
  });
  try {
    return await work();
  } finally {
    letGo();
  }
}
