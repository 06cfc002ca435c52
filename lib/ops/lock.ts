// One operator at a time changes a stage: a parameter that only one can have made.
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

/**
 * Works while nobody else may.
 * @param takes the lock is taken from whoever holds it: of somebody whose command died
 * @throws OperatorError who holds it, and since when
 */
export async function withLock<T>(
  aws: Aws,
  { who, what, takes = false }: Pick<Holder, 'who' | 'what'> & { readonly takes?: boolean },
  work: () => Promise<T>,
): Promise<T> {
  const ssm = aws.of(SSMClient);
  const Value = JSON.stringify({ who, what, since: new Date().toISOString() });
  try {
    await ssm.send(new PutParameterCommand({ Name: nameOf(aws), Type: 'String', Value, Overwrite: takes }));
  } catch (error) {
    if (!(error instanceof ParameterAlreadyExists)) throw error;
    const holder = await findHolder(aws);
    throw new OperatorError(
      `stage ${aws.target.stage}: must not be changed by two at once, got: ${holder?.what ?? 'another command'} of ${holder?.who} ` +
        `since ${holder?.since}. Wait for it, or take the lock with --take-lock where that command is dead`,
    );
  }
  try {
    return await work();
  } finally {
    // Somebody may have taken it; what is theirs stays.
    const { Parameter } = await ssm
      .send(new GetParameterCommand({ Name: nameOf(aws) }))
      .catch(() => ({ Parameter: undefined }));
    if (Parameter?.Value === Value) await ssm.send(new DeleteParameterCommand({ Name: nameOf(aws) }));
  }
}
