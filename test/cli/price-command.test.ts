// `clonekit price` as it is called: what it prints and the code it ends with.
import { runCommand } from '../../lib/cli/program';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type Estimate, estimate } from '../../lib/price/estimate';
import { project } from '../provide-servers';

const price = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  const stdout = jest.spyOn(console, 'log').mockImplementation();
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const code = await runCommand(['price', ...args], { project, env: {} });
    const toText = (calls: unknown[][]): string => calls.map(([text]) => text).join('\n');
    return { code, stdout: toText(stdout.mock.calls), stderr: toText(stderr.mock.calls) };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
};

const estimateOf = (stage: StageConfig['stage']): Estimate => estimate(getStages(stage)[0] as StageConfig);

const toAmounts = (lines: readonly string[]): number[] =>
  lines.map((line) => Number(line.trim().split(/\s/)[0]?.replace(/,/g, '')));

test('without a stage it shows what each part of every stage costs', async () => {
  const { code, stdout } = await price();
  expect(code).toBe(0);
  const [header = '', ...rows] = stdout.split('\n');
  expect(header).toMatch(/^USD a month +dev +small +prod$/);
  const table = rows.slice(0, rows.indexOf('')).map((row) => row.split(/\s{2,}/));
  expect(table.map(([area]) => area)).toEqual(
    expect.arrayContaining(['clones', 'network', 'database', 'sessions', 'objects', 'waf', 'whatever is chosen']),
  );
  const columns = [1, 2, 3].map((i) => table.map((row) => Math.round(Number(row[i]?.replace(/,/g, '')) * 100)));
  for (const column of columns) {
    expect(column.at(-1)).toBe(column.slice(0, -1).reduce((sum, cents) => sum + cents, 0));
  }
  expect(columns.map((column) => column.at(-1))).toEqual(
    getStages().map((config) => Math.round(estimate(config).monthlyUsd * 100)),
  );
});

test('with a stage it shows every line, the largest first, and their sum', async () => {
  const { code, stdout } = await price('--stage', 'prod');
  expect(code).toBe(0);
  const lines = stdout.split('\n');
  const { monthlyUsd, lines: expected } = estimateOf('prod');
  expect(lines[0]).toBe(`stage prod  about ${monthlyUsd.toLocaleString('en-US')} USD a month`);
  const amounts = toAmounts(
    lines.slice(
      3,
      lines.findIndex((line) => line.includes('together')),
    ),
  ).filter((amount) => !Number.isNaN(amount));
  expect(amounts).toHaveLength(expected.length);
  expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
  expect(stdout).toMatch(/^ +210\.24 {2}standby, db\.r7g\.large +1 × ~0\.288 × 730 h +database\.multiAz$/m);
});

test.each(['dev', 'small', 'prod'])('of stage %s no line is wider than a terminal', async (stage) => {
  const { stdout } = await price('--stage', stage);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('with a stage it shows what other choices change', async () => {
  const { stdout } = await price('--stage', 'small');
  expect(stdout).toMatch(/^ +\+41\.61 {2}network\.nat: per-zone$/m);
  expect(stdout).toMatch(/^ +-16\.00 {2}waf: refused$/m);
});

test.each([[[]], [['--stage', 'dev']]])(
  'called with %j it says that it is an estimate, of where and when',
  async (args) => {
    const { stdout } = await price(...args);
    // In lines that fit a terminal.
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'An estimate with on-demand prices of eu-central-1 as put together in 2026-11, without tax; ~ marks a price that was not verified.',
    );
    expect(stdout).toMatch(/^Assumed: 730 hours a month at clones\.min/m);
    expect(stdout).toMatch(/^Not counted: /m);
  },
);

test('with --json it prints one object with everything in it', async () => {
  const { code, stdout } = await price('--json', '--stage', 'dev');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    region: 'eu-central-1',
    date: '2026-11',
    currency: 'USD',
    stages: [{ ...estimateOf('dev'), choices: expect.arrayContaining([expect.objectContaining({ knob: 'waf' })]) }],
  });
});

test('with --json and no stage it prints all of them', async () => {
  const { stdout } = await price('--json');
  expect(JSON.parse(stdout).stages.map(({ stage }: { stage: string }) => stage)).toEqual(['dev', 'small', 'prod']);
});

test('an unknown stage is refused in one sentence', async () => {
  const { code, stdout, stderr } = await price('--stage', 'live');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    "error: option '--stage <name>' argument 'live' is invalid. Allowed choices are dev, small, prod.\n",
  );
});
