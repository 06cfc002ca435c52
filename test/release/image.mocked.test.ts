// What gives the journal to the program that sends it: entries come in, cursors come back, and another start goes on there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundle } from '../../lib/release/bundle';
import { machineArchitecture } from '../../lib/release/descriptor';
import { getRuntime } from '../../lib/release/runtime';
import { toNodeFlags } from '../../lib/release/sandbox';
import { closeAll } from '../clone/beside';
import { LogsStandIn } from '../clone/logs-stand-in';
import { project } from '../provide-servers';

const folder = mkdtempSync(join(tmpdir(), 'clonekit-ship-'));
const at = (name: string): string => join(folder, name);
const script = join(project, 'lib/release/image/ship.sh');
let running: ChildProcess | undefined;

/** A stand-in for journalctl: keeps how it was called, and follows a file. */
const journalctl = `#!/bin/sh
echo "$*" >>"${at('called')}"
exec tail -n +1 -F "${at('journal')}" 2>/dev/null
`;

beforeAll(async () => {
  for (const name of ['bin', 'tmp', 'kept', 'release/clone']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('bin/journalctl'), journalctl);
  chmodSync(at('bin/journalctl'), 0o755);
  for (const [name, entry] of [
    ['clone.cjs', 'bin/clone.ts'],
    ['guard.cjs', 'lib/clone/guard.ts'],
  ] as const) {
    writeFileSync(at(`release/clone/${name}`), (await bundle({ folder: project, entry })).content);
  }
});

beforeEach(() => {
  writeFileSync(at('journal'), '');
  writeFileSync(at('called'), '');
  rmSync(at('kept/cursor'), { force: true });
});

afterEach(async () => {
  // As systemd ends what a unit leaves behind.
  if (running?.pid) killGroup(running.pid);
  running = undefined;
  await closeAll();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

const start = (command: readonly string[], env: Record<string, string> = {}): ChildProcess => {
  running = spawn('sh', [script, ...command], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: `${at('bin')}:${process.env.PATH}`, TMPDIR: at('tmp'), RUNTIME_DIRECTORY: at('kept'), ...env },
  });
  return running;
};

const say = (cursor: string, MESSAGE: string): void =>
  appendFileSync(
    at('journal'),
    `${JSON.stringify({ __CURSOR: cursor, __REALTIME_TIMESTAMP: `${Date.now()}000`, MESSAGE })}\n`,
  );
const cursor = (): string => (existsSync(at('kept/cursor')) ? readFileSync(at('kept/cursor'), 'utf8').trim() : '');
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await delay(5);
};

test('a script that any shell of a machine can read', () => {
  execFileSync('sh', ['-n', script]);
});

test('the program as it is on a clone, in its sandbox: what the journal says reaches AWS, until the last word', async () => {
  const aws = await new LogsStandIn().start();
  const { node } = await getRuntime(machineArchitecture);
  const env = {
    ...{
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
    ...{ CLONEKIT_CLONE_ID: 'i-1', CLONEKIT_GROUP: 'fleet', CLONEKIT_PORT: '8080', CLONEKIT_READY_SECONDS: '60' },
    CLONEKIT_LOG_GROUP: '/fleet',
  };
  say('s=1', '{"msg":"before"}');
  const program = start([node, ...toNodeFlags(at('release')), at('release/clone/clone.cjs'), 'ship'], env);
  await until(() => cursor() === 's=1');
  expect(aws.messages).toEqual(['{"msg":"before"}']);

  say('s=2', '{"msg":"last word"}');
  // As the unit does: the program alone.
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
  expect(aws.messages).toEqual(['{"msg":"before"}', '{"msg":"last word"}']);
});

test('another start goes on after what AWS has, and asks for all else: also what is long', async () => {
  const called = (): string => readFileSync(at('called'), 'utf8');
  start(['true']);
  await until(() => called() !== '');
  expect(called()).toMatch(/^--quiet --follow --no-tail --all --output=json --output-fields=\S+\n$/);
  writeFileSync(at('called'), '');
  writeFileSync(at('kept/cursor'), 's=1;i=2;b=3\n');
  start(['true']);
  await until(() => called() !== '');
  expect(called()).toContain('--after-cursor=s=1;i=2;b=3 ');
});

test('a cursor of which only a part was written is none', async () => {
  writeFileSync(at('kept/cursor'), 's=1;i=');
  const program = start(['cat']);
  await until(() => readFileSync(at('called'), 'utf8') !== '');
  expect(readFileSync(at('called'), 'utf8')).not.toContain('after-cursor');
  program.kill('SIGTERM');
});

test('a journal that cannot be read any more ends the program, so that it is started anew', async () => {
  writeFileSync(at('bin/journalctl'), '#!/bin/sh\nexit 1\n');
  try {
    const program = start(['sh', '-c', 'cat; exit 1']);
    expect(await once(program, 'exit')).toEqual([1, null]);
  } finally {
    writeFileSync(at('bin/journalctl'), journalctl);
  }
});
