// What one AWS service of the twin is: its wire protocol, the SDK's schemas of it, and a handler per action.
import type { Fleet } from '../fleet';

/** Plain data in, plain data out; what it tells is about real processes. */
export type Handler = (input: never, fleet: Fleet, caller: Caller) => unknown;

/** Who signed a call. */
export interface Caller {
  readonly accessKey: string;
}

export interface Service {
  /** The name in the credential scope of a signed request. */
  readonly signingName: string;
  readonly protocol: 'query' | 'ec2' | 'json';
  /** XML namespace of the answers, or the prefix of `X-Amz-Target`. */
  readonly namespace: string;
  /** The SDK client's module: `DescribeX$` in it is the schema of the action DescribeX. */
  readonly schemas: object;
  /** Code of the error for a page that nobody offered. */
  readonly wrongTokenCode: string;
  readonly actions: Readonly<Record<string, Handler>>;
}

/** An error as AWS gives it: a code that clients know, and a sentence. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** To ignore a filter would be to invent an answer. */
export function refuseFilters(filters: readonly unknown[] | undefined): void {
  if (!filters?.length) return;
  throw new AwsError('InvalidParameterValue', 'The local twin does not filter; name what you want by its id.');
}

/** The items asked for, all when none is named; a name that nothing has is AWS's own error. */
export function select<T>(
  items: readonly T[],
  wanted: readonly string[] | undefined,
  nameOf: (item: T) => string | undefined,
  toError: (name: string) => AwsError,
): T[] {
  if (!wanted || wanted.length === 0) return [...items];
  return wanted.map((name) => {
    const found = items.find((item) => nameOf(item) === name);
    if (!found) throw toError(name);
    return found;
  });
}
