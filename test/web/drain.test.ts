// The end of a clone, as the real process of a packed release, with clients on kept-alive connections: nothing is lost.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseFiles } from '../../lib/config/names';
import { toNodeFlags } from '../../lib/release/sandbox';
import { unpackRelease } from '../../lib/release/unpack';
import { closeServer, Drain } from '../../lib/web/drain';
import { packHere } from '../release/pack-here';
import { getFreePort, untilTrue } from './real-servers';
import { type Servers, startServers } from './running-clones';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clonekit-drain-')));
let servers: Servers;
let command: readonly [string, ...string[]];
let digest: string;

beforeAll(async () => {
  const release = await packHere();
  const unpacked = join(folder, 'unpacked');
  digest = release.digest;
  const { entry } = await unpackRelease(release.file, unpacked);
  command = [join(unpacked, releaseFiles.node), ...toNodeFlags(unpacked), join(unpacked, entry)];
  servers = await startServers('mysql');
}, 60_000);

afterAll(async () => {
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  child: ChildProcess;
  port: number;
  output: () => string;
  exited: Promise<number | null>;
}

async function start(changes: Record<string, string> = {}): Promise<Running> {
  const { env } = servers;
  const port = await getFreePort();
  const at = ({ host, port: number }: { host: string; port: number }) => `${host}:${number}`;
  const [node, ...args] = command;
  const child = spawn(node, args, {
    env: {
      AWS_ENDPOINT_URL: servers.secrets.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      CLONEKIT_STAGE: 'dev',
      CLONEKIT_CLONE_ID: 'clone-1',
      CLONEKIT_LISTEN: '127.0.0.1',
      CLONEKIT_PORT: `${port}`,
      CLONEKIT_SESSIONS: at(env.sessions),
      CLONEKIT_OBJECTS: at(env.objects),
      CLONEKIT_CACHE_SECRET: env.cacheSecret,
      CLONEKIT_PRIMARY: at(env.primary),
      CLONEKIT_REPLICAS: env.replicas.map(at).join(','),
      CLONEKIT_DATABASE_SECRET: env.databaseSecret,
      CLONEKIT_PICTURES: env.pictures,
      CLONEKIT_TLS: 'off',
      CLONEKIT_HTTPS: 'off',
      CLONEKIT_DRAIN_SECONDS: '3600',
      CLONEKIT_KEEP_ALIVE_SECONDS: '72',
      ...changes,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, port, output: () => output, exited };
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/-/ready`).then(
    ({ status }) => status === 200,
    () => false,
  );

async function startReady(changes?: Record<string, string>): Promise<Running> {
  const running = await start(changes);
  await untilTrue('the clone to be ready', () => isReady(running.port), running.child);
  return running;
}

const ask = (port: number, path: string, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response));
      response.once('error', reject);
    }).once('error', reject);
  });

/** As a load balancer does it: asks for health on a connection of its own, and lets go of the clone after two failures. */
async function balance(port: number, state: { out: boolean }): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  for (let failures = 0; failures < 2; ) {
    const { statusCode } = await ask(port, '/-/live', agent);
    failures = statusCode === 200 ? 0 : failures + 1;
  }
  state.out = true;
}

test('with 50 clients on kept-alive connections nothing is lost from SIGTERM to exit', async () => {
  const running = await startReady();
  const { port, child } = running;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const state = { out: false };
  const results = { answered: 0, asDraining: 0, failed: [] as string[] };
  const client = async (): Promise<void> => {
    while (!state.out) {
      try {
        const response = await ask(port, '/', agent);
        if (response.statusCode === 200) results.answered++;
        else results.failed.push(`${response.statusCode}`);
        if (response.headers.connection === 'close') results.asDraining++;
      } catch (error) {
        results.failed.push(String(error));
      }
    }
  };
  const clients = Array.from({ length: 50 }, client);
  const balancer = balance(port, state);
  await untilTrue('the load', async () => results.answered > 500);
  child.kill('SIGTERM');
  await Promise.all([balancer, ...clients]);
  // The load balancer has let go: the second signal says so, instead of an hour.
  child.kill('SIGTERM');
  expect(await running.exited).toBe(0);
  agent.destroy();
  expect(results.failed).toEqual([]);
  expect(results.asDraining).toBeGreaterThan(50);
});

test('while draining every request is answered and its connection closed, and only the health check fails', async () => {
  const { port, child, exited } = await startReady();
  const agent = new Agent({ keepAlive: true });
  const before = await ask(port, '/', agent);
  expect(before.headers.connection).toBe('keep-alive');
  expect(before.headers['keep-alive']).toBe('timeout=72');
  child.kill('SIGTERM');
  await untilTrue('the health check to fail', async () => (await ask(port, '/-/live', agent)).statusCode === 503);
  for (const [path, status] of [
    ['/', 200],
    ['/-/identity', 200],
    ['/nowhere', 404],
  ] as const) {
    const response = await ask(port, path, agent);
    expect([path, response.statusCode, response.headers.connection]).toEqual([path, status, 'close']);
  }
  child.kill('SIGINT');
  expect(await exited).toBe(0);
  agent.destroy();
});

test('SIGTERM waits as long as it is told, then ends by itself', async () => {
  const { port, child, exited } = await startReady({ CLONEKIT_DRAIN_SECONDS: '1' });
  const start = performance.now();
  child.kill('SIGTERM');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  expect(await exited).toBe(0);
  expect(performance.now() - start).toBeGreaterThan(1_000);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test('a request that does not end is cut in time for the clone to have stopped', async () => {
  const { port, child, exited } = await startReady({ CLONEKIT_DRAIN_SECONDS: '1', CLONEKIT_STOP_SECONDS: '4' });
  const slow = request({
    host: '127.0.0.1',
    port,
    path: '/api/users',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 9 },
  });
  const cut = new Promise<string>((resolve) => slow.once('error', ({ message }) => resolve(message)));
  slow.write('{');
  // Any answer proves that what was sent before it has been read.
  await ask(port, '/-/live', new Agent());
  const start = performance.now();
  child.kill('SIGTERM');
  expect(await cut).toBe('socket hang up');
  // Until then it could have ended: the drain's second, and two of the three that are left.
  expect(performance.now() - start).toBeGreaterThan(2_900);
  expect(await exited).toBe(0);
  // Not the half minute that a request may take.
  expect(performance.now() - start).toBeLessThan(15_000);
});

test('a server that closes cuts what lasts longer than it may', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const received = new Promise((resolve) => server.once('request', resolve));
  const answer = ask(port, '/', new Agent()).catch(({ message }) => message);
  await received;
  await closeServer(server, 50);
  expect(await answer).toBe('socket hang up');
});

test('a close that never ends does not keep a clone', async () => {
  const drain = new Drain(1);
  const start = performance.now();
  const limit = await new Promise<number>((resolve, reject) => {
    let given = 0;
    const never = (milliseconds: number): Promise<void> => {
      given = milliseconds;
      return new Promise(() => undefined);
    };
    drain.end(0, never).then(() => resolve(given), reject);
  });
  expect(limit).toBeLessThan(1_000);
  expect(performance.now() - start).toBeGreaterThan(990);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test('SIGINT does not wait, and finishes the request that is under way', async () => {
  const { port, child, exited } = await startReady();
  const idle = new Agent({ keepAlive: true });
  await ask(port, '/', idle);
  // A request is under way from its first byte: its body comes after the signal.
  const body = JSON.stringify({ name: 'slow-typist', password: 'correct horse' });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const slow = request({
      host: '127.0.0.1',
      port,
      path: '/api/users',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    slow.once('response', resolve).once('error', reject);
    slow.write(body.slice(0, 10));
    const probe = new Agent();
    const later = async (): Promise<void> => {
      child.kill('SIGINT');
      await untilTrue('the clone to stop listening', () =>
        ask(port, '/-/live', probe).then(
          () => false,
          () => true,
        ),
      );
      slow.end(body.slice(10));
    };
    // Any answer proves that what was sent before it has been read.
    ask(port, '/-/live', probe).then(later, reject);
  });
  const start = performance.now();
  const response = await answer;
  expect(response.statusCode).toBe(201);
  expect(response.headers.connection).toBe('close');
  response.resume();
  expect(await exited).toBe(0);
  expect(performance.now() - start).toBeLessThan(25_000);
  idle.destroy();
});

test('a clone knows its release, and logs it with every line', async () => {
  const running = await startReady();
  const identity = await (await fetch(`http://127.0.0.1:${running.port}/-/identity`)).json();
  expect(identity).toMatchObject({ clone: 'clone-1', release: digest });
  await fetch(`http://127.0.0.1:${running.port}/login`);
  running.child.kill('SIGINT');
  await running.exited;
  const lines = running
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const line of lines) expect(line).toMatchObject({ clone: 'clone-1', release: digest });
  const paths = lines.map(({ path }) => path).filter(Boolean);
  expect(paths).toEqual(['/login']);
});

test('a wrong environment is one sentence and exit 1', async () => {
  const { exited, output } = await start({ CLONEKIT_PRIMARY: 'nowhere' });
  expect(await exited).toBe(1);
  expect(output()).toBe(
    'This clone cannot start: CLONEKIT_PRIMARY must be `host:port`, got: "nowhere". Correct it in /run/clonekit/clone.env and start it again.\n',
  );
});

test('a taken port is one sentence and exit 1', async () => {
  const first = await start();
  await untilTrue('the first to listen', () =>
    fetch(`http://127.0.0.1:${first.port}/-/live`).then(
      () => true,
      () => false,
    ),
  );
  const second = await start({ CLONEKIT_PORT: `${first.port}` });
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`must be free to listen on, got: 127.0.0.1:${first.port} (EADDRINUSE).`);
  first.child.kill('SIGINT');
  expect(await first.exited).toBe(0);
});

test('no credential is in what a clone logs, even when they are refused', async () => {
  const arn = servers.env.cacheSecret;
  const right = servers.secrets.secrets.get(arn) ?? {};
  servers.secrets.secrets.set(arn, { ...right, password: 'planted-canary' });
  const running = await start();
  await untilTrue('the refusal', async () => /WRONGPASS/.test(running.output()));
  servers.secrets.secrets.set(arn, right);
  await untilTrue('the clone to be ready', () => isReady(running.port), running.child);
  running.child.kill('SIGINT');
  await running.exited;
  expect(running.output()).not.toContain('planted-canary');
  expect(running.output()).not.toContain(servers.database.password);
});
