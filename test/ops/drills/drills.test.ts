// The list of drills is told in three places; they must be the same.
import { drillNames } from '../../../lib/cli/verbs/change';
import { drills, getDrill } from '../../../lib/ops/drills/drills';
import { rights } from '../../../lib/ops/rights';

const names = drills.map(({ name }) => name);

test('the command offers those there are', () => {
  expect([...drillNames]).toEqual(names);
});

test('each has rights of its own', () => {
  const known = Object.keys(rights).filter((verb) => verb.startsWith('drill '));
  expect(known.sort()).toEqual(names.map((name) => `drill ${name}`).sort());
});

test('one that is none is refused with those there are', () => {
  expect(() => getDrill('fire')).toThrow(`drill: must be one of ${names.join(', ')}, got: fire`);
});
