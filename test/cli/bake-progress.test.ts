// How far a bake is, as it is told.
import { createBakeReport, toSecondsLeft } from '../../lib/cli/bake-progress';

test('a state is told when it is new, and once a minute in between', () => {
  const lines: string[] = [];
  const report = createBakeReport((line) => lines.push(line));
  for (const seconds of [0, 15, 30]) report({ state: 'pending', seconds });
  for (const seconds of [45, 60, 90, 105, 120]) report({ state: 'building', seconds });
  report({ state: 'available', seconds: 1500 });
  expect(lines).toEqual([
    'pending       after 0 min, about 25 min left',
    'building      after 0 min, about 23 min left',
    'building      after 1 min, about 22 min left',
    'available     after 25 min',
  ]);
});

test('what is left gets less with time and with each state, and is never nothing before the end', () => {
  expect(toSecondsLeft('building', 60)).toBeLessThan(toSecondsLeft('building', 0));
  expect(toSecondsLeft('testing', 0)).toBeLessThan(toSecondsLeft('building', 0));
  expect(toSecondsLeft('distributing', 9999)).toBe(60);
});

test('of a state that is not known nothing is foretold', () => {
  expect(toSecondsLeft('available', 0)).toBe(0);
});
