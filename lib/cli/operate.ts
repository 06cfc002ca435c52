// Runs what an operator's verb does where it is meant, and tells in one sentence why it could not.
import { Aws } from '../ops/aws';
import { toOperatorError } from '../ops/failure';
import { findTarget } from './find-target';
import type { Surroundings, TargetFlags } from './flags';

export async function operate<T>(
  flags: TargetFlags,
  surroundings: Surroundings,
  work: (aws: Aws) => Promise<T>,
): Promise<T> {
  const aws = new Aws(findTarget(flags, surroundings));
  try {
    return await work(aws);
  } catch (error) {
    throw toOperatorError(error, aws.target);
  } finally {
    aws.close();
  }
}
