// Of a log, the line that explains an end.
import { toLastWords } from '../../lib/local/last-words';

test.each([
  ['nothing', '', ''],
  ['a server that tells of no trouble', 'starting\nready\n', 'ready'],
  ['a server in trouble', 'starting\nFATAL: no room\nbye\n', 'FATAL: no room'],
  ['a clone in trouble', '{"level":50,"msg":"gave up"}\n{"level":30,"msg":"request failed"}\n', 'gave up'],
  ['a clone that was denied', '{"level":50,"msg":"denied","path":"/tmp/a"}\n', 'denied: /tmp/a'],
  ['a clone without trouble', '{"level":30,"msg":"one"}\n{"level":40,"msg":"two","reason":"slow"}\n', 'two: slow'],
  ['JSON that is no line of a log', '{"a":1}\nnull\n', 'null'],
  ['a long line', `error ${'x'.repeat(400)}`, `error ${'x'.repeat(294)}`],
])('%s', (_, log, words) => {
  expect(toLastWords(log)).toBe(words);
});
