// An app is tried as a clone would run it, within a time, and nothing is left of it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContent } from '../../lib/release/content';
import { tryApp } from '../../lib/release/trial';
import { expectRefused } from './expect-refused';
import { TinyApps, tinyServer } from './tiny-app';

const apps = new TinyApps();
/** Of this test alone: others try apps at the same time. */
const folder = mkdtempSync(join(tmpdir(), 'clonekit-trials-'));
const { TMPDIR } = process.env;

beforeAll(() => {
  process.env.TMPDIR = folder;
});

afterAll(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(folder, { recursive: true });
  apps.remove();
});

const trials = (): string[] => readdirSync(folder).filter((name) => name.startsWith('clonekit-trial-'));
const make = (name: string, server: string) => readContent(apps.make(name, {}, { 'server.cjs': server }), 'x86_64');

test('a good app answers, and how long that took is told', async () => {
  const ms = await tryApp(await make('good', tinyServer));
  expect(ms).toBeGreaterThan(0);
  expect(ms).toBeLessThan(20_000);
  expect(trials()).toEqual([]);
});

test('a start that takes long is told as it is', async () => {
  const late = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);';
  expect(await tryApp(await make('late', late + tinyServer))).toBeGreaterThanOrEqual(300);
});

test.each([
  ['answers that it is not well', tinyServer.replace('response.end(', 'response.writeHead(500).end('), 'status 500'],
  ['never listens', 'setInterval(() => {}, 1000)', 'no answer'],
  [
    'never listens, but talks',
    "setInterval(() => console.log('waiting for whom'), 10)",
    'no answer, and it said: waiting for whom',
  ],
])('an app that %s is refused when its time is over, and ended', async (name, server, got) => {
  await expect(tryApp(await make(name, server), { timeoutSeconds: 1 })).rejects.toThrow(
    `The app tiny must answer /-/live with 200 within 1 s of its start; got: ${got}; mend it and pack again`,
  );
  expect(trials()).toEqual([]);
});

test('an app finds no secret and no setting of who packs it', async () => {
  process.env.CLONEKIT_TEST_TOKEN = 'secret';
  try {
    const told = "if (process.env.CLONEKIT_TEST_TOKEN || process.env.HOME) throw new Error('told');";
    await tryApp(await make('blind', told + tinyServer));
  } finally {
    delete process.env.CLONEKIT_TEST_TOKEN;
  }
});

let count = 0;
const name = (): string => `app-${++count}`;

describe('an app that is tried', () => {
  test('and ends: with what it said last', async () => {
    const folder = apps.make(name(), {}, { 'server.cjs': "console.error('no fuel'); process.exit(3)" });
    await expectRefused(
      folder,
      'The app tiny must answer /-/live in the sandbox; got: its end with exit code 3, and it said: no fuel; ',
    );
  });

  test('and throws: with the error, not with the stack below it', async () => {
    const folder = apps.make(name(), {}, { 'server.cjs': "throw new Error('no wings')" });
    await expectRefused(folder, 'got: its end with exit code 1, and it said: Error: no wings; ');
  });

  test('and writes to the disk: with the path', async () => {
    const write = "require('node:fs').writeFileSync(__dirname + '/cache', '');";
    await expectRefused(
      apps.make(name(), {}, { 'server.cjs': write }),
      'got: its end with exit code 1, and it said: ',
      'app/cache',
    );
  });

  test('and does not know its digest', async () => {
    const folder = apps.make(
      name(),
      {},
      { 'server.cjs': tinyServer.replace('JSON.stringify({ release })', '\'{"release":"1"}\'') },
    );
    await expectRefused(
      folder,
      'must answer /-/identity with {"release": sha256 of ../SHA256SUMS beside its folder}; got: 1; ',
    );
  });
});
