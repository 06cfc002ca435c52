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
import { operate } from './operate';
import { createProgress, type Progress } from './progress';

export interface Change {
  /** What it will touch and for how long, a line each; told before anything is. */
  readonly touches: readonly string[];
  /** Does it; @returns what came of it, in a sentence, or with more for programs. */
  readonly run: (progress: Progress) => Promise<Outcome | string>;
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
  return await operate(flags, surroundings, async (aws) => {
    const print = flags.json ? () => {} : (text: string) => console.log(text);
    const stage = await getStage(aws);
    const { touches, run } = await prepare(aws, stage);
    print(`${verb} of ${toPlace(aws.target)}:`);
    for (const line of touches) print(`  ${line}`);
    if (flags.dryRun) {
      if (flags.json) console.log(JSON.stringify({ verb, stage: stage.name, touches, dryRun: true }));
      print('nothing was done: --dry-run');
      return 0;
    }
    if (!flags.yes && !(await askToGoOn())) throw new OperatorError('nothing was done: nobody agreed');
    const who = await getWho(aws);
    const what = `${verb}: ${touches.join('; ')}`;
    // What is done is done, whether or not the line about it could be left.
    const onLoose = (sentence: string): void => console.error(`clonekit: ${sentence}`);
    const tell = (result: string): Promise<void> =>
      writeAudit(aws, stage, { who, what, result }).catch((error) =>
        onLoose(`audit: the last line must be written, got: ${(error as Error).message}`),
      );
    const outcome = await withLock(aws, { who, what: verb, takes: flags.takeLock, onLoose }, async () => {
      // Who may not leave a line may not change anything.
      await writeAudit(aws, stage, { who, what, result: 'begins' });
      return await untilInterrupted(aws, async () => {
        try {
          const done = await run(createProgress(flags));
          const ended: Outcome = typeof done === 'string' ? { result: done } : done;
          await tell(ended.result);
          return ended;
        } catch (error) {
          await tell(`failed: ${(error as Error).message}`);
          throw error;
        }
      });
    });
    const { result, text, json, holds = true } = outcome;
    if (flags.json) console.log(JSON.stringify({ verb, stage: stage.name, touches, holds, result, ...json }));
    if (text) print(text);
    print(result);
    return holds ? 0 : 1;
  });
}

/** The first signal has the work end in order, with what it began undone and the lock free; a second ends the process. */
async function untilInterrupted<T>(aws: Aws, work: () => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
    console.error('clonekit: interrupted; it is brought to an end. Once more leaves it as it is');
    aws.interrupt();
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
