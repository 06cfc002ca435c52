// How a construct refuses a value.
import { verifyProp, verifyRange } from '../../lib/constructs/prop-rule';
import { inStack } from './built';

const rule = { prop: 'size', rule: 'must be even', got: undefined, remedy: 'double it' };

test('a rule that does not hold is told with its place, what was found and what to do', () => {
  inStack((stack) => {
    expect(() => verifyProp(stack, { ...rule, holds: false })).toThrow(
      new Error('Test.size must be even; got: nothing; double it'),
    );
    expect(() => verifyProp(stack, { ...rule, holds: true })).not.toThrow();
  });
});

const range = { prop: 'size', from: 2, to: 4, remedy: 'use 3' };

test.each([1, 5, 2.5, Number.NaN])('%d is not from 2 to 4', (got) => {
  expect(() => inStack((stack) => verifyRange(stack, { ...range, got }))).toThrow(
    `Test.size must be a whole number from 2 to 4; got: ${JSON.stringify(got)}; use 3`,
  );
});

test.each([2, 3, 4])('%d is from 2 to 4', (got) => {
  expect(() => inStack((stack) => verifyRange(stack, { ...range, got }))).not.toThrow();
});

test('a range without an end says only where it begins', () => {
  const open = { ...range, to: Number.POSITIVE_INFINITY };
  inStack((stack) => {
    expect(() => verifyRange(stack, { ...open, got: 1 })).toThrow(
      'Test.size must be a whole number, at least 2; got: 1',
    );
    expect(() => verifyRange(stack, { ...open, got: 1e9 })).not.toThrow();
  });
});
