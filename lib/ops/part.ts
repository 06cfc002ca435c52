// A part of a view: what was read, or why it is not known. What may not be read must not hide the rest.
import { OperatorError } from '../config/operator-error';
import type { FailedCall } from './aws';
import { isDenied, isOfTheWay } from './failure';

export interface Unknown {
  /** Why, e.g. `needs rds:DescribeDBInstances`. */
  readonly unknown: string;
}

export type Part<T> = T | Unknown;

export const isUnknown = (part: unknown): part is Unknown =>
  typeof part === 'object' && part !== null && 'unknown' in part;

/** @throws what stops every other part, too: no way to AWS, no credentials; and what is a bug of ours */
export async function readPart<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof OperatorError || isOfTheWay(error)) throw error;
    const { action, message } = error as FailedCall;
    if (isDenied(error)) return { unknown: `needs ${action}` };
    // A service that is not there, that refuses, or that does not answer as AWS does.
    if (action !== undefined) return { unknown: `${action}: ${message.split('\n')[0]}` };
    throw error;
  }
}
