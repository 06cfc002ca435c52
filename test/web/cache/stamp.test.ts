// The times in front of what is cached: when it ages, when it is stale, and when it is too old for anybody.
import { readStamped, stamp } from '../../../lib/web/cache/stamp';

const now = 1_900_000_000_000;

test.each(['', 'text', '+ - 1 2', 'two\nlines'])('%j comes back as it was', (payload) => {
  expect(readStamped(stamp(payload, 1_000, now), 500, now)).toEqual({ payload, age: 'fresh' });
});

test('that there is nothing is told apart from an empty text', () => {
  expect(readStamped(stamp(undefined, 1_000, now), 500, now)).toEqual({ payload: undefined, age: 'fresh' });
});

test.each([
  [899, 'fresh'],
  [900, 'aging'],
  [999, 'aging'],
  [1_000, 'stale'],
  [1_499, 'stale'],
  [1_500, undefined],
])('of a lifetime of 1,000 ms, and 500 more, after %i ms it is %s', (milliseconds, age) => {
  expect(readStamped(stamp('x', 1_000, now), 500, now + milliseconds)?.age).toBe(age);
});
