// The command as people give it: at a terminal that asks them, and in a pipe whose reader goes away.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { project } from '../provide-servers';
import { type RunningFleet, startFleet, until } from './running-fleet';

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
}, 120_000);
afterAll(async () => {
  await fleet?.stop();
});

const command = 'exec node --require tsx/cjs bin/clonekit.ts';
const start = (shell: string, extra: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn('sh', ['-c', shell], { cwd: project, env: { ...fleet.env, ...extra } });

/** A real terminal, at which somebody reads and types. */
class Terminal {
  said = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(args: string) {
    this.#child = start(`exec script -qec '${command} ${args}' /dev/null`);
    this.#child.stdout?.on('data', (chunk) => {
      this.said += chunk;
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  async asked(): Promise<void> {
    await until('it asks', async () => this.said.includes('go on? [y/N]'));
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }
}

describe('at a terminal', () => {
  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['no', 'n\r'],
  ])('%s at the question is a no, in one sentence', async (_, keys) => {
    const terminal = new Terminal('scale 2 3');
    await terminal.asked();
    terminal.type(keys);
    expect(await terminal.ended).toBe(1);
    expect(terminal.said).toContain('clonekit: nothing was done: nobody agreed');
    expect(terminal.said).not.toMatch(/ at .*\.[jt]s:\d/);
  });

  test('whoever is asked is told what for, also where programs read the answer', async () => {
    const terminal = new Terminal('scale 2 3 --json');
    await terminal.asked();
    expect(terminal.said).toContain('from 4 to 3 at most');
    terminal.type('n\r');
    await terminal.ended;
  });

  test('what has changed while somebody thought is not done as it was agreed', async () => {
    const terminal = new Terminal('maintenance on');
    await terminal.asked();
    expect((await fleet.clonekit(['maintenance', 'on', '--yes'])).code).toBe(0);
    terminal.type('y\r');
    expect(await terminal.ended).toBe(1);
    expect(terminal.said).toContain('nothing was done: the stage has changed since, and it would touch: nothing:');
    expect((await fleet.clonekit(['maintenance', 'off', '--yes'])).code).toBe(0);
  });
});

test('a roll that somebody watches is undone by another, who need not take the lock from a command that is dead', async () => {
  const roll = fleet.clonekit(['roll', '--yes']);
  const isRolling = async () => JSON.parse((await fleet.clonekit(['status', '--json'])).stdout).refresh?.status;
  await until('it goes on', async () => (await isRolling()) === 'InProgress');
  const undone = await fleet.clonekit(['rollback', '--yes']);
  expect(undone).toMatchObject({ code: 0, stdout: expect.stringContaining('the roll was cancelled (Cancelled)') });
  expect(await roll).toMatchObject({ code: 1, stdout: expect.stringContaining('the roll ended as Cancelled') });
}, 60_000);

/** Reads the first of what it says, both outputs in one pipe, and goes away. */
async function readFirst(args: string): Promise<void> {
  const child = start(`{ ${command.replace('exec ', '')} ${args}; } 2>&1 | head -n 1`);
  await new Promise((resolve) => child.once('close', resolve));
}

describe('in a pipe whose reader goes away', () => {
  test('what is only looked at ends with no word about it', async () => {
    const child = start(`${command} verify | head -n 1`);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toBe('');
  });

  test('a drill is undone, and the lock is free', async () => {
    await readFirst('drill clone-freeze --yes');
    const frozen = JSON.parse(readFileSync(`${fleet.home}/fleet.json`, 'utf8')).processes.filter(
      ({ pid }: { pid: number }) => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '),
    );
    expect(frozen).toEqual([]);
    expect(await fleet.clonekit(['scale', '2', '4', '--yes'])).toMatchObject({ code: 0 });
  }, 60_000);
});

describe('where AWS should be', () => {
  const aws = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
  const ask = async (endpoint: string) => {
    const child = start(`${command} status --on aws --stage prod`, { ...aws, AWS_ENDPOINT_URL: endpoint });
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, stderr };
  };

  test('an address that is none is a wrong call', async () => {
    expect(await ask('notaurl')).toEqual({
      code: 2,
      stderr: 'clonekit: AWS_ENDPOINT_URL: must be a URL of http or https, got: notaurl\n',
    });
  });

  test('a page of somebody else is no answer of AWS', async () => {
    const page = '<html>hello';
    const server = createServer((socket) => {
      socket.on('error', () => {}); // of a client that has gone
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\n\r\n${page}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await ask(`http://127.0.0.1:${port}`);
    server.close();
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^clonekit: AWS must answer \w+:\w+ as AWS does, got: .+[^.]\. Check the endpoint, and what is in between\n$/,
    );
  });
});
