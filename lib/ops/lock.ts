// One operator at a time changes a stage: a parameter that only one can have made.
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { product } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';

export interface Holder {
  readonly who: string;
  /** What they do, e.g. `roll`. */
  readonly what: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

const nameOf = (aws: Aws): string => `/${product}/${aws.target.stage}/lock`;

export async function findHolder(aws: Aws): Promise<Holder | undefined> {
  try {
    const { Parameter } = await aws.of(SSMClient).send(new GetParameterCommand({ Name: nameOf(aws) }));
    return JSON.parse(Parameter?.Value ?? '{}');
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

export interface LockRequest extends Pick<Holder, 'who' | 'what'> {
  /** The lock is taken from whoever holds it: of somebody whose command died. */
  readonly takes?: boolean;
  /** Verbs from which it is taken, too. @default - from none */
  readonly takesOf?: readonly string[];
  /** Told when it could not be given back; the work is done all the same. */
  readonly onLoose: (sentence: string) => void;
}

/** AWS may still know a parameter for a while that was deleted. */
const tries = 4;
const againMs = 1000;

/**
 * Works while nobody else may.
 * @throws OperatorError who holds it, and since when
 */
export async function withLock<T>(
  aws: Aws,
  { who, what, takes = false, takesOf = [], onLoose }: LockRequest,
  work: () => Promise<T>,
): Promise<T> {
  const ssm = aws.of(SSMClient);
  const Value = JSON.stringify({ who, what, since: new Date().toISOString() });
  let Overwrite = takes;
  for (let left = tries; ; left--) {
    try {
      await ssm.send(new PutParameterCommand({ Name: nameOf(aws), Type: 'String', Value, Overwrite }));
      break;
    } catch (error) {
      if (!(error instanceof ParameterAlreadyExists)) throw error;
      const holder = await findHolder(aws);
      if (holder && takesOf.includes(holder.what)) {
        Overwrite = true;
        continue;
      }
      // Whoever held it has just gone.
      if (!holder && left > 0) {
        await delay(againMs);
        continue;
      }
      throw new OperatorError(
        `stage ${aws.target.stage}: must not be changed by two at once, got: ${holder?.what ?? 'another command'} of ${holder?.who ?? 'somebody'} ` +
          `since ${holder?.since ?? 'a moment ago'}. Wait for it, or take the lock with --take-lock where that command is dead`,
      );
    }
  }
  try {
    return await work();
  } finally {
    await giveBack(aws, Value).catch((error) =>
      onLoose(
        `lock of stage ${aws.target.stage}: must be given back, got: ${(error as Error).message}. Take it next time with --take-lock`,
      ),
    );
  }
}

/** Somebody may have taken it; what is theirs stays. */
async function giveBack(aws: Aws, Value: string): Promise<void> {
  const ssm = aws.of(SSMClient);
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: nameOf(aws) }));
    if (Parameter?.Value === Value) await ssm.send(new DeleteParameterCommand({ Name: nameOf(aws) }));
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
}
