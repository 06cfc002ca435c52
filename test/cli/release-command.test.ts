// `clonekit release` as it is called: what it prints and the code it ends with, also for an app that is not ours.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runCommand } from '../../lib/cli/program';
import { project } from '../provide-servers';

const home = mkdtempSync(join(tmpdir(), 'clonekit-release-command-'));
const { CLONEKIT_HOME } = process.env;

beforeAll(() => {
  symlinkSync(join(project, '.clonekit/runtimes'), join(home, 'runtimes'));
  process.env.CLONEKIT_HOME = home;
});

afterAll(() => {
  if (CLONEKIT_HOME === undefined) delete process.env.CLONEKIT_HOME;
  else process.env.CLONEKIT_HOME = CLONEKIT_HOME;
  rmSync(home, { recursive: true, force: true });
});

const release = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  const printed = jest.spyOn(console, 'log').mockImplementation();
  const complained = jest.spyOn(console, 'error').mockImplementation();
  const usage = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const code = await runCommand(['release', ...args], { project, env: {} });
    const toText = (calls: unknown[][]): string => calls.map(([text]) => text).join('\n');
    const stderr = toText([...complained.mock.calls, ...usage.mock.calls]);
    return { code, stdout: toText(printed.mock.calls), stderr };
  } finally {
    for (const spy of [printed, complained, usage]) spy.mockRestore();
  }
};

const hello = join(project, 'test/examples/app');

test('an app that is not ours is packed for both architectures: archive, digest, SBOM and three budgets each', async () => {
  const { code, stdout, stderr } = await release(hello, '--arch', 'both', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const packed = JSON.parse(stdout);
  expect(packed).toMatchObject(
    ['arm64', 'x86_64'].map((architecture) => ({
      ...{ name: 'hello', entry: 'app/server.cjs', architecture, node: '24.21.0' },
      budgets: [
        { what: 'app bundle', figure: expect.any(Number), limit: 5, unit: 'MB', isWithin: true },
        { what: 'start', figure: expect.any(Number), limit: 200, unit: 'ms' },
        { what: 'packing', figure: expect.any(Number), limit: 3, unit: 's' },
      ],
    })),
  );
  for (const { digest, file, sbom } of packed) {
    expect([basename(file), basename(sbom)]).toEqual([`${digest}.tar.gz`, `${digest}.cdx.json`]);
    expect(JSON.parse(readFileSync(sbom, 'utf8')).metadata.component.name).toBe('hello');
  }
});

test('for people it is a few lines and a table', async () => {
  const { code, stdout } = await release(hello, '--arch', 'arm64');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^release [0-9a-f]{64} {2}hello for arm64, Node 24\.21\.0\narchive \S+\.tar\.gz\nsbom {4}\S+\.cdx\.json\n\nbudget +figure +limit/,
  );
  expect(stdout).toMatch(/^app bundle +0\.001 MB +5 MB/m);
  expect(stdout).toMatch(/^start +\d+ ms +200 ms/m);
  expect(stdout).toMatch(/^packing +[\d.]+ s +3 s/m);
});

test('without a folder it is the app of this project, small enough', async () => {
  const { stdout } = await release('--json');
  const [{ name, budgets }] = JSON.parse(stdout);
  expect(name).toBe('clonekit');
  expect(budgets[0].figure).toBeGreaterThan(1);
  expect(budgets[0].isWithin).toBe(true);
});

test('--verify says that a release is whole, or names the first thing that is not, and ends with 1', async () => {
  const [{ file, digest }] = JSON.parse((await release(hello, '--json')).stdout);
  expect(await release('--verify', file)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(`^release ${digest}  hello for \\w+: all \\d+ files are what its name promises$`),
    ),
  });
  expect(JSON.parse((await release('--verify', file, '--json')).stdout)).toMatchObject({ digest, name: 'hello' });
  const cut = join(home, basename(file));
  writeFileSync(cut, readFileSync(file).subarray(0, -1000));
  const { code, stdout, stderr } = await release('--verify', cut);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^clonekit: Release \S+: [^\n]*(truncated|missing)[^\n]*; pack it again$/);
});

test('what cannot be packed is one sentence and 1; a wrong call is 2', async () => {
  expect(await release(home)).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: `clonekit: The folder of an app must hold a package.json with "clonekit": {"release": {"entry": …}}; got: none in ${home}; write one, or correct the folder`,
  });
  expect((await release('--arch', 'mips')).code).toBe(2);
  expect((await release('--verify', 'x', '--arch', 'arm64')).code).toBe(2);
});
