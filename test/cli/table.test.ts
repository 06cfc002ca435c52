// Tables that fit a terminal.
import { toTable } from '../../lib/cli/table';

test('columns are as wide as they need, and no line ends with spaces', () => {
  expect(toTable(['clone', 'zone'], [['i-1', 'a'], ['i-22222', ''], ['i-3']])).toBe(
    ['clone    zone', 'i-1      a', 'i-22222', 'i-3'].join('\n'),
  );
});

test('a table that is wider than 80 columns has the cells of its widest column in lines', () => {
  const why = 'some words of why '.repeat(6).trim();
  const lines = toTable(
    ['id', 'why', 'knob'],
    [
      ['1', why, 'waf'],
      ['2', 'short', 'zones'],
    ],
  ).split('\n');
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^1 {3}some words .* {2}waf$/);
  expect(lines[2]).toMatch(/^ {4}\S/);
  expect(lines[3]).toMatch(/^2 {3}short +zones$/);
});

test('80 columns are not too many', () => {
  const fits = `${'x '.repeat(38)}x`;
  expect(toTable(['a', 'b'], [[fits, 'y']]).split('\n')[1]).toBe(`${fits}  y`);
});

test('a word that fits nowhere stays whole', () => {
  const id = 'x'.repeat(100);
  expect(toTable(['id', 'role'], [[id, 'primary']])).toContain(`${id}  primary`);
});
