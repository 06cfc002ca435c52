// The log loses nothing: not when a program ends, and not when whoever reads it is slow.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { createLogLines } from '../../lib/web/log-lines';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('lines of one turn are written after it, in their order', async () => {
  const file = join(folder, 'log');
  const descriptor = openSync(file, 'w');
  const log = createLogLines(descriptor);
  log.write('one\n');
  log.write('two\n');
  expect(readFileSync(file, 'utf8')).toBe('');
  await turn();
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  log.write('three\n');
  await turn();
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n');
  closeSync(descriptor);
});

const run = (program: string, command = ''): { stdout: string; status: number | null } => {
  const source = `const { createLogLines } = require(${JSON.stringify(join(__dirname, '../../lib/web/log-lines.ts'))});
const log = createLogLines();
${program}`;
  const node = [process.execPath, '--import', 'tsx', '-e', source];
  const shell = `"$@" ${command}`;
  const options = { encoding: 'utf8', maxBuffer: 64 << 20, cwd: join(__dirname, '../..') } as const;
  return spawnSync('bash', ['-o', 'pipefail', '-c', shell, 'bash', ...node], options);
};

test('what a program says last is there, whether it exits or fails', () => {
  expect(run("log.write('last\\n'); process.exit(3);")).toMatchObject({ status: 3, stdout: 'last\n' });
  expect(run("log.write('last\\n'); throw new Error('on purpose');")).toMatchObject({ status: 1, stdout: 'last\n' });
});

test('a reader that is slow gets every line', () => {
  const lines = 20_000;
  const program = `
process.stdout._handle?.setBlocking?.(false);
for (let n = 0; n < ${lines}; n += 1) log.write('a line of the log, number ' + n + '\\n');
setTimeout(() => undefined, 2_000);`;
  const { status, stdout } = run(program, '| (sleep 0.5; cat)');
  expect(status).toBe(0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(lines);
});

test('a reader that has gone ends nothing', () => {
  const program = "setTimeout(() => { log.write('unheard\\n'); setTimeout(() => process.exit(7), 50); }, 300);";
  expect(run(program, '| true').status).toBe(7);
});
