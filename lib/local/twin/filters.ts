// Filters of AWS's API: those that are known are heeded, and another is refused, since to ignore one would invent an answer.
import { AwsError } from './service';

interface Filter {
  readonly Name?: string;
  readonly Values?: readonly string[];
}

/** By name of a filter: the values of an item that it looks at. */
type Filters<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>;

/** A function that says whether an item passes every filter: each by any of its values, in which `*` stands for anything. */
export function verifyFilters<T>(filters: readonly Filter[] | undefined, known: Filters<T>): (item: T) => boolean {
  const tests = (filters ?? []).map(({ Name = '', Values = [] }) => {
    const valuesOf = Object.hasOwn(known, Name) ? known[Name] : undefined;
    if (!valuesOf) {
      const names = Object.keys(known).join(', ') || 'none';
      throw new AwsError('InvalidParameterValue', `The local twin filters by: ${names}; got: ${Name}`);
    }
    const patterns = Values.map(
      (value) =>
        new RegExp(
          `^${value
            .split('*')
            .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}$`,
        ),
    );
    return (item: T): boolean => valuesOf(item).some((value) => patterns.some((pattern) => pattern.test(value ?? '')));
  });
  return (item) => tests.every((test) => test(item));
}

interface Tagged {
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
}

/** The filters by tag that EC2 has, for these keys. */
export const tagFilters = (...keys: string[]): Filters<Tagged> => ({
  'tag-key': ({ Tags = [] }) => Tags.map(({ Key }) => Key),
  ...Object.fromEntries(
    keys.map((key) => [
      `tag:${key}`,
      ({ Tags = [] }: Tagged) => Tags.filter(({ Key }) => Key === key).map(({ Value }) => Value),
    ]),
  ),
});
