// How long the command takes to say what it can do: what everybody waits for who mistypes a verb; beside a Node that does nothing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Row, repeat } from './figures';
import { project } from './workshop';

const time = async (args: readonly string[]): Promise<number> => {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: project, stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
};

export async function measureHelp(runs: number): Promise<Row[]> {
  const help = ['--require', 'tsx/cjs', join(project, 'bin/clonekit.ts'), '--help'];
  return [
    { what: 'command: --help', unit: 'ms', values: await repeat(runs, () => time(help)), goal: 150 },
    {
      what: 'command: tsx alone',
      unit: 'ms',
      values: await repeat(runs, () => time(['--require', 'tsx/cjs', '-e', '0'])),
    },
    { what: 'command: node alone', unit: 'ms', values: await repeat(runs, () => time(['-e', '0'])) },
  ];
}
