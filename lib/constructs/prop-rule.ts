// How a construct refuses a value: where it is, which rule it breaks, what was found, and what to do about it.
import type { IConstruct } from 'constructs';

export interface PropRule {
  /** Name of the prop, e.g. `amiId`; the construct's path stands before it. */
  readonly prop: string;
  readonly holds: boolean;
  /** What must hold: the rest of a sentence that starts with the prop. */
  readonly rule: string;
  readonly got: unknown;
  readonly remedy: string;
}

export interface PropRange extends Pick<PropRule, 'prop' | 'remedy'> {
  readonly got: number;
  readonly from: number;
  readonly to: number;
}

/** @throws Error when the rule does not hold */
export const verifyProp = (scope: IConstruct, { prop, holds, rule, got, remedy }: PropRule): void => {
  if (!holds)
    throw new Error(`${scope.node.path}.${prop} ${rule}; got: ${JSON.stringify(got) ?? 'nothing'}; ${remedy}`);
};

/** @throws Error when `got` is no whole number of the range */
export const verifyRange = (scope: IConstruct, { got, from, to, ...range }: PropRange): void =>
  verifyProp(scope, {
    ...range,
    got,
    holds: Number.isInteger(got) && got >= from && got <= to,
    rule:
      to === Number.POSITIVE_INFINITY
        ? `must be a whole number, at least ${from}`
        : `must be a whole number from ${from} to ${to}`,
  });

/** Going without a protection costs a reason that can be read in a review. @throws Error when it is no reason */
export const verifyReason = (
  scope: IConstruct,
  prop: string,
  choice: true | object | undefined,
  remedy: string,
): void => {
  if (typeof choice !== 'object' || !('refusedBecause' in choice)) return;
  const reason = String(choice.refusedBecause);
  verifyProp(scope, {
    prop: `${prop}.refusedBecause`,
    holds: reason.trim().split(/\s+/).length >= 3,
    rule: 'must be a reason, in three words or more',
    got: reason,
    remedy,
  });
};
