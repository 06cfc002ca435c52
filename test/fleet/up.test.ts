// Starting and stopping: each thing that can go wrong says its sentence, exits with the truth and leaves nothing behind.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { project } from '../provide-servers';
import { clonekit, createHome, findLeftovers, type Line, StartingFleet, until } from './running-fleet';

let place: ReturnType<typeof createHome>;
beforeEach(() => {
  place = createHome();
});
afterEach(() => {
  const left = findLeftovers(place.home);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  place.remove();
  expect(left).toEqual([]);
});

const isReady = ({ event }: Line): boolean => event === 'ready';
const isStep =
  (name: string) =>
  (line: Line): boolean =>
    line.event === 'step' && line.name === name;

const listenSomewhere = (): Promise<{ server: Server; port: number }> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as { port: number }).port }));
  });

describe('up', () => {
  test.each(['release', 'synth', 'sessions', 'primary', 'clones'])(
    'SIGTERM right after %s is up stops everything within 10 s and exits 0',
    async (part) => {
      const fleet = new StartingFleet(place.env);
      await fleet.line(isStep(part));
      const began = Date.now();
      fleet.signal('SIGTERM');
      const ended = await fleet.ended;
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(Date.now() - began).toBeLessThan(10_000);
      expect(existsSync(join(place.home, 'fleet.json'))).toBe(false);
    },
  );

  test('Ctrl-C on a ready fleet stops everything and exits 0', async () => {
    const fleet = new StartingFleet(place.env);
    await fleet.line(isReady);
    fleet.signal('SIGINT');
    expect(await fleet.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['any free port', () => '0'],
    ['the port of the first', (url: string) => new URL(url).port],
  ])('a second start on %s says that a fleet is already up and where, and does not disturb it', async (_, toPort) => {
    const fleet = new StartingFleet(place.env);
    const url = String((await fleet.line(isReady)).url);
    const second = await clonekit(['up', '--port', toPort(url)], place.env);
    expect(second.code).toBe(1);
    expect(second.stderr).toBe(
      `clonekit: a fleet is already up at ${url} (stage dev). Stop it with: npx clonekit down\n`,
    );
    expect((await fetch(`${url}/-/identity`)).status).toBe(200);
    const down = await clonekit(['down'], place.env);
    expect(down).toMatchObject({ code: 0, stdout: 'the fleet of stage dev is down\n' });
    await fleet.ended;
  });

  test('of two starts at once one is refused and the other comes up', async () => {
    const both = [new StartingFleet(place.env), new StartingFleet(place.env)];
    const refused = await Promise.race(both.map(({ ended }) => ended));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^clonekit: a fleet is already starting/) });
    const other = await Promise.any(both.map(async (fleet) => ({ fleet, line: await fleet.line(isReady) })));
    expect((await fetch(`${other.line.url}/-/live`)).status).toBe(200);
    other.fleet.signal('SIGTERM');
    expect(await other.fleet.ended).toMatchObject({ code: 0 });
  });

  test('after an orderly stop nothing that people entered is left, only logs', async () => {
    const fleet = new StartingFleet(place.env);
    await fleet.line(isReady);
    fleet.signal('SIGTERM');
    await fleet.ended;
    expect(readdirSync(join(place.home, 'run'))).toEqual(['logs']);
  });

  test('SIGTERM to `npm start` itself stops everything', async () => {
    const args = ['start', '--silent', '--', '--json', '--port', '0'];
    const npm = spawn('npm', args, { cwd: project, env: place.env, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => npm.once('close', resolve));
    let told = '';
    npm.stdout.on('data', (chunk) => {
      told += chunk;
    });
    await until('it is ready', async () => told.includes('"event":"ready"'));
    npm.kill('SIGTERM');
    await ended;
    await until('nothing is left', async () => findLeftovers(place.home).length === 0);
  });

  test('prod runs here too, with as many clones and replicas as its template has', async () => {
    const fleet = new StartingFleet(place.env, ['--stage', 'prod']);
    await fleet.line(isReady);
    const status = JSON.parse((await clonekit(['status', '--json'], place.env)).stdout);
    expect(status.clones.map(({ health }: { health: string }) => health)).toEqual(Array(3).fill('healthy'));
    expect(status.database.map(({ role }: { role: string }) => role)).toEqual(['primary', 'replica', 'replica']);
    fleet.signal('SIGTERM');
    expect(await fleet.ended).toMatchObject({ code: 0 });
  });

  test('a reader that goes away does not orphan the fleet: it stops in order', async () => {
    const command = `"${process.execPath}" --require tsx/cjs bin/clonekit.ts up --port 0 | head -n 3`;
    await new Promise((resolve) => execFile('sh', ['-c', command], { cwd: project, env: place.env }, resolve));
    await until('the supervisor is gone', async () => findLeftovers(place.home).length === 0);
    await until('its file is gone', async () => !existsSync(join(place.home, 'fleet.json')));
  });

  test('--detach returns when the fleet is ready, and down ends it', async () => {
    const up = await clonekit(['up', '--detach', '--port', '0'], place.env);
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(up.stdout).toMatch(/^ {2}primary +\d+\.\d s {2}\w+ \d+\.\d/m);
    expect(up.stdout).toMatch(/^load balancer {2}haproxy \S+ +127\.0\.0\.1:\d+ {2}\/-\/live every 5 s$/m);
    expect(up.stdout).toMatch(/^ {2}export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+ /m);
    const url = /^ready {2}(\S+)$/m.exec(up.stdout)?.[1];
    expect((await fetch(`${url}/-/live`)).status).toBe(200);
    expect(await clonekit(['down'], place.env)).toMatchObject({ code: 0 });
    await expect(fetch(`${url}/-/live`)).rejects.toThrow();
  });

  test.each([
    ['is ready', isReady],
    ['has started its caches', isStep('objects')],
  ])('what a supervisor that is killed once it %s left running is ended by the next start', async (_, moment) => {
    const first = new StartingFleet(place.env);
    await first.line(moment);
    first.signal('SIGKILL');
    await first.ended;
    expect(findLeftovers(place.home).length).toBeGreaterThan(2);
    const second = new StartingFleet(place.env);
    const { url } = await second.line(isReady);
    expect((await fetch(`${url}/-/live`)).status).toBe(200);
    second.signal('SIGTERM');
    await second.ended;
  });

  test('down ends what a killed supervisor left running', async () => {
    const fleet = new StartingFleet(place.env);
    await fleet.line(isReady);
    fleet.signal('SIGKILL');
    await fleet.ended;
    const dry = await clonekit(['down', '--dry-run'], place.env);
    expect(dry.stdout).toMatch(/^would stop the fleet of stage dev and remove its data: .*primary/);
    expect(await clonekit(['down'], place.env)).toMatchObject({
      code: 0,
      stdout: 'ended what a dead fleet had left running\n',
    });
  });

  test('a port that is taken is told before anything starts', async () => {
    const { server, port } = await listenSomewhere();
    try {
      const ended = await clonekit(['up', '--port', String(port)], place.env);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toBe(
        `clonekit: port ${port} cannot be used (another program listens there). ` +
          'Choose another with --port, or --port 0 for any free one\n',
      );
      expect(existsSync(join(place.home, 'run'))).toBe(false);
    } finally {
      server.close();
    }
  });

  test('a given program that does not exist is told with its variable', async () => {
    const ended = await clonekit(['up', '--port', '0'], { ...place.env, CLONEKIT_CACHE: '/nowhere/valkey-server' });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      'clonekit: CLONEKIT_CACHE: must be a working valkey or redis program, got: /nowhere/valkey-server ' +
        '(no such file). Correct the path, or leave it out to let clonekit find one\n',
    );
  });

  test('a given program that is damaged is told with its variable', async () => {
    const broken = join(place.home, 'mysqld');
    writeFileSync(broken, 'not a program');
    chmodSync(broken, 0o755);
    const ended = await clonekit(['up', '--port', '0'], { ...place.env, CLONEKIT_DATABASE: broken });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`got: ${broken} (it does not answer --version as one)`);
  });

  test('a server that dies at start is told with its last words, and everything else is stopped', async () => {
    // Answers --version as the real one does, and cannot do more.
    const liar = join(place.home, 'haproxy');
    writeFileSync(
      liar,
      '#!/bin/sh\n[ "$1" = -v ] && echo "HAProxy version 2.8.0" && exit 0\necho "fatal: broken" >&2\nexit 3\n',
    );
    chmodSync(liar, 0o755);
    const ended = await clonekit(['up', '--port', '0'], { ...place.env, CLONEKIT_LOAD_BALANCER: liar });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^clonekit: load balancer: died at start \(exit code 3\), got: fatal: broken\. Its log is /,
    );
  });

  test('a home that cannot be written to is told with its remedy', async () => {
    // Below a file nobody can make a folder, root neither.
    const file = join(place.home, 'file');
    writeFileSync(file, '');
    const ended = await clonekit(['up', '--port', '0'], { ...place.env, CLONEKIT_HOME: join(file, 'home') });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /file\/home: must be writable, got: ENOTDIR: .+\. Name a folder that can be written to/,
    );
  });

  test('a server that finds the disk full is told as such', async () => {
    const full = new StartingFleet({ ...place.env, CLONEKIT_CACHE: toFullDiskCache(place.home) });
    const ended = await full.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('Free some disk space and start again');
  });

  test('an unknown stage is refused with those there are, exit 2', async () => {
    const ended = await clonekit(['up', '--stage', 'qa'], place.env);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('Allowed choices are dev, small, prod');
  });

  test('with no network and nothing kept, one sentence says what to do', async () => {
    const env: NodeJS.ProcessEnv = {
      ...place.env,
      CLONEKIT_SERVERS: join(place.home, 'servers'),
      // A proxy that nobody listens on: no way out.
      http_proxy: 'http://127.0.0.1:9',
      https_proxy: 'http://127.0.0.1:9',
      PATH: pathWithoutServers(),
      // Flavours that Debian 12 has no package of: those it has may be installed, and are found beside the PATH, too.
      CLONEKIT_CACHE: 'valkey',
      CLONEKIT_DATABASE: 'mysql',
    };
    const ended = await clonekit(['up', '--port', '0'], env);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^clonekit: servers: packages could not be downloaded, got: .+ Connect this machine/);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });
});

/** A cache that dies as a real one does when the disk is full. */
function toFullDiskCache(home: string): string {
  const file = join(home, 'valkey-server');
  writeFileSync(
    file,
    '#!/bin/sh\n[ "$1" = --version ] && echo "Valkey server v=9.1.0 sha=0" && exit 0\n' +
      'echo data > /dev/full || { echo "Can\'t open or create append-only dir: No space left on device"; exit 1; }\n',
  );
  chmodSync(file, 0o755);
  return file;
}

/** Servers of the machine are found on its PATH, so a test of downloads must not see them. */
function pathWithoutServers(): string {
  const folders = (process.env.PATH ?? '').split(':');
  return folders
    .filter((folder) => !['haproxy', 'mysqld', 'valkey-server'].some((name) => existsSync(join(folder, name))))
    .join(':');
}

describe('the command', () => {
  test('an unknown verb is refused with the nearest right one, exit 2', async () => {
    expect(await clonekit(['stauts'], place.env)).toMatchObject({
      code: 2,
      stderr: "error: unknown command 'stauts'\n(Did you mean status?)\n",
    });
  });

  test('an unknown flag is refused with the nearest right one, exit 2', async () => {
    expect(await clonekit(['up', '--prot', '1'], place.env)).toMatchObject({
      code: 2,
      stderr: "error: unknown option '--prot'\n(Did you mean --port?)\n",
    });
  });

  test.each(['up', 'down', 'status', 'kill'])('%s --help explains it, exit 0', async (verb) => {
    const help = await clonekit([verb, '--help'], place.env);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining(`Usage: clonekit ${verb}`) });
  });

  test.each([['status'], ['kill', 'i-1'], ['down']])(
    '%s without a fleet says how to start one, exit 3: nothing is known of what cannot be reached',
    async (...args) => {
      const ended = await clonekit(args, place.env);
      expect(ended.code).toBe(3);
      expect(ended.stderr).toMatch(/^clonekit: no fleet is up here\. Start one with: npx clonekit up/);
    },
  );
});
