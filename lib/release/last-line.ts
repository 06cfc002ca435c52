// What a process said last, to be quoted when it ends before its time.
import type { ChildProcess } from 'node:child_process';

/** What explains an end is the last line that is one of words, e.g. not the version of Node below a stack trace. */
export function keepLastLine(app: ChildProcess): { line: string } {
  const said = { line: '' };
  for (const stream of [app.stdout, app.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.at(-1) ?? '').slice(-2000);
      const found = lines
        .map((line) => line.trim())
        .filter((line) => /[a-z]{3}/i.test(line) && !/^(at |Node\.js v)/.test(line));
      said.line = found.at(-1)?.slice(0, 400) ?? said.line;
    });
  }
  return said;
}
