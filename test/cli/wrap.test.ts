// Lines that fit a terminal.
import { wrap } from '../../lib/cli/wrap';

test('what fits stays as it is, with its spaces', () => {
  expect(wrap('pass     clones: 2')).toBe('pass     clones: 2');
  expect(wrap('  i-1: it died')).toBe('  i-1: it died');
});

test('no line is longer than 80 columns, and those after the first are indented', () => {
  const lines = wrap(`pass  ${'some words '.repeat(30)}`.trim(), '         ').split('\n');
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(lines.slice(1).every((line) => /^ {9}\S/.test(line))).toBe(true);
  expect(lines.map((line) => line.trim()).join(' ')).toBe(`pass  ${'some words '.repeat(30)}`.trim());
});

test('a word that is longer stands alone, whole', () => {
  expect(wrap(`see ${'x'.repeat(90)} there`)).toBe(`see\n${'x'.repeat(90)}\nthere`);
});
