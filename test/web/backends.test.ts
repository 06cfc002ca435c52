// What a clone depends on is reached by TLS and verified: the packed release in its sandbox, as it runs on AWS.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { releaseFiles } from '../../lib/config/names';
import { type Authority, makeAuthority, makeServerTls, type ServerTls } from '../../lib/local/tls/authority';
import { toNodeFlags } from '../../lib/release/sandbox';
import { unpackRelease } from '../../lib/release/unpack';
import { packHere } from '../release/pack-here';
import { endMemcached, runMemcached } from './cache/real-engines';
import {
  cacheModes,
  flavours,
  getFreePort,
  type RealCache,
  type RealDatabase,
  startCache,
  startDatabase,
  untilTrue,
} from './real-servers';
import { signIn } from './running-clones';
import { type SecretsStandIn, startSecretsStandIn } from './secrets-stand-in';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clonekit-tls-')));
const arn = (name: string): string => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;

let command: readonly [string, ...string[]];
let authority: Authority;
let tls: ServerTls;
let strangers: ServerTls;
let elsewhere: { readonly cert: string; readonly key: string };
let secrets: SecretsStandIn;
let caches: Readonly<Record<(typeof cacheModes)[number], RealCache>>;
let memcached: { readonly port: number; readonly child: ChildProcess };
let databases: Readonly<Record<(typeof flavours)[number], RealDatabase>>;
const running = new Set<ChildProcess>();
const impostors = new Set<Impostor>();

beforeAll(async () => {
  const release = await packHere();
  const unpacked = join(folder, 'unpacked');
  const { entry } = await unpackRelease(release.file, unpacked);
  command = [join(unpacked, releaseFiles.node), ...toNodeFlags(unpacked), join(unpacked, entry)];
  authority = await makeAuthority();
  tls = await makeServerTls(join(folder, 'tls'), ['localhost', '127.0.0.1'], authority);
  strangers = await makeServerTls(join(folder, 'strangers'), ['localhost', '127.0.0.1']);
  const { certificate: cert, key } = await authority.issue(['elsewhere.example']);
  elsewhere = { cert, key };
  const [single, cluster, mysql, mariadb] = await Promise.all([
    startCache({ tls }),
    startCache({ mode: 'cluster', tls }),
    startDatabase('mysql', [], tls),
    startDatabase('mariadb', [], tls),
  ]);
  caches = { single, cluster };
  const port = await getFreePort();
  const identity = `ssl_chain_cert=${tls.certificateFile},ssl_key=${tls.keyFile}`;
  memcached = { port, child: await runMemcached(port, ['--enable-ssl', '-o', identity]) };
  databases = { mysql, mariadb };
  secrets = await startSecretsStandIn();
  secrets.secrets.set(arn('caches'), { username: single.username, password: single.password });
  const { username, password, database } = mysql;
  secrets.secrets.set(arn('database'), { username, password, dbname: database });
}, 120_000);

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const impostor of impostors) impostor.stop();
  impostors.clear();
});

afterAll(async () => {
  const servers = [...Object.values(caches ?? {}), ...Object.values(databases ?? {}), secrets];
  await Promise.all(servers.map((server) => server?.stop()));
  if (memcached) await endMemcached(memcached.child);
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  readonly said: () => string;
}

/** A clone that trusts what systems trust, and this authority. */
async function start(changes: Record<string, string> = {}): Promise<Started> {
  const port = await getFreePort();
  const [node, ...args] = command;
  const { primaryPort, replicaPort } = databases.mysql;
  const child = spawn(node, args, {
    env: {
      AWS_ENDPOINT_URL: secrets.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      CLONEKIT_STAGE: 'dev',
      CLONEKIT_CLONE_ID: 'clone-1',
      CLONEKIT_LISTEN: '127.0.0.1',
      CLONEKIT_PORT: `${port}`,
      CLONEKIT_SESSIONS: `127.0.0.1:${caches.single.port}`,
      CLONEKIT_OBJECTS: `127.0.0.1:${caches.single.port}`,
      CLONEKIT_OBJECTS_ENGINE: 'redis',
      CLONEKIT_CACHE_SECRET: arn('caches'),
      CLONEKIT_PRIMARY: `127.0.0.1:${primaryPort}`,
      CLONEKIT_REPLICAS: `127.0.0.1:${replicaPort}`,
      CLONEKIT_DATABASE_SECRET: arn('database'),
      CLONEKIT_PICTURES: 'pictures',
      CLONEKIT_TLS: 'on',
      CLONEKIT_HTTPS: 'off',
      NODE_EXTRA_CA_CERTS: tls.caFile,
      ...changes,
    },
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  return { url: `http://127.0.0.1:${port}`, child, said: () => text };
}

/** What it has not reached; undefined before it listens. */
const missing = async ({ url }: Started): Promise<string[] | undefined> => {
  const response = await fetch(`${url}/-/ready`).catch(() => undefined);
  return response && (((await response.json()) as { missing?: string[] }).missing ?? []);
};

/** Until that which is well has been reached, and whatever is not was tried and refused. */
const untilOnly = (clone: Started, needs: string[], reason: RegExp): Promise<void> =>
  untilTrue(
    `only ${needs} to be missing, as ${reason}`,
    async () => reason.test(clone.said()) && (await missing(clone))?.join() === needs.join(),
    clone.child,
  );

/** It has a certificate of the same authority, and of another host. */
interface Impostor {
  readonly port: number;
  /** What was said to it once the connection was encrypted: nothing, if it was seen through. */
  readonly heard: () => number;
  readonly met: () => number;
  stop(): void;
}

async function listen(server: Server, sockets: Set<Socket>, heard: () => number, met: () => number): Promise<Impostor> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const impostor = { port, heard, met, stop };
  impostors.add(impostor);
  return impostor;
}

const impersonateCache = (): Promise<Impostor> => {
  const sockets = new Set<Socket>();
  let heard = 0;
  let met = 0;
  const server = createTlsServer(elsewhere, (socket) => socket.on('data', ({ length }) => (heard += length)));
  server.on('connection', (socket) => {
    met += 1;
    sockets.add(socket.on('error', () => {}));
  });
  return listen(
    server,
    sockets,
    () => heard,
    () => met,
  );
};

/** Says hello as a real server does, and goes over to TLS when it is asked to. */
const impersonateDatabase = (real: number): Promise<Impostor> => {
  const sockets = new Set<Socket>();
  let heard = 0;
  let met = 0;
  const server = createServer((socket) => {
    met += 1;
    sockets.add(socket.on('error', () => {}));
    const upstream = connect(real, '127.0.0.1');
    upstream.once('data', (hello) => {
      upstream.destroy();
      socket.write(hello);
      socket.once('data', () => {
        const encrypted = new TLSSocket(socket, { isServer: true, ...elsewhere });
        encrypted.on('error', () => {}).on('data', ({ length }) => (heard += length));
      });
    });
  });
  return listen(
    server,
    sockets,
    () => heard,
    () => met,
  );
};

const inMemcached = (port = memcached.port): Record<string, string> => ({
  CLONEKIT_OBJECTS: `127.0.0.1:${port}`,
  CLONEKIT_OBJECTS_ENGINE: 'memcached',
});

test('objects in Memcached are reached by TLS', async () => {
  const clone = await start(inMemcached());
  await untilTrue('the clone to be ready', async () => (await missing(clone))?.length === 0, clone.child);
  expect(clone.said()).not.toMatch(/warning/i);
});

test('a Memcached with the certificate of another host is told nothing', async () => {
  const impostor = await impersonateCache();
  const clone = await start(inMemcached(impostor.port));
  await untilOnly(clone, ['objects'], /does not match certificate/);
  expect(impostor.met()).toBeGreaterThan(0);
  expect(impostor.heard()).toBe(0);
});

describe.each(flavours)('with %s', (flavour) => {
  test.each(cacheModes)('and sessions in %s mode, everything is reached by TLS', async (mode) => {
    const { primaryPort, replicaPort } = databases[flavour];
    const clone = await start({
      CLONEKIT_SESSIONS: `127.0.0.1:${caches[mode].port}`,
      CLONEKIT_SESSIONS_MODE: mode,
      CLONEKIT_PRIMARY: `127.0.0.1:${primaryPort}`,
      CLONEKIT_REPLICAS: `127.0.0.1:${replicaPort}`,
    });
    await untilTrue('the clone to be ready', async () => (await missing(clone))?.length === 0, clone.child);
    const visitor = await signIn(clone.url, `ada-${mode}`);
    expect((await visitor.send(`${clone.url}/api/me`)).status).toBe(200);
    // It would say so of a file of certificates that it could not read.
    expect(clone.said()).not.toMatch(/warning/i);
  });

  test('a server with the certificate of another host is told nothing, least of all a password', async () => {
    const impostor = await impersonateDatabase(databases[flavour].primaryPort);
    const clone = await start({ CLONEKIT_PRIMARY: `127.0.0.1:${impostor.port}`, CLONEKIT_REPLICAS: '' });
    await untilOnly(clone, ['database', 'schema'], /does not match certificate/);
    expect(impostor.met()).toBeGreaterThan(0);
    expect(impostor.heard()).toBe(0);
  });
});

/** Of a cluster the driver tells only that it closed the connection. */
const seenThrough = { single: /does not match certificate/, cluster: /Connection is closed/ };

test.each(cacheModes)('a cache in %s mode with the certificate of another host is told nothing', async (mode) => {
  const impostor = await impersonateCache();
  const clone = await start({ CLONEKIT_SESSIONS: `127.0.0.1:${impostor.port}`, CLONEKIT_SESSIONS_MODE: mode });
  await untilOnly(clone, ['sessions'], seenThrough[mode]);
  expect(impostor.met()).toBeGreaterThan(0);
  expect(impostor.heard()).toBe(0);
});

describe.each(['redis', 'memcached'])('with objects in %s', (engine) => {
  test.each([
    ['systems trust', () => ''],
    ['systems and another fleet trust', () => strangers.caFile],
  ])('servers of an authority that is not among those that %s are not spoken to', async (_, toFile) => {
    const clone = await start({ ...(engine === 'memcached' && inMemcached()), NODE_EXTRA_CA_CERTS: toFile() });
    await untilOnly(
      clone,
      ['sessions', 'objects', 'database', 'schema'],
      /self-signed certificate|unable to verify|SELF_SIGNED|signature failure/,
    );
  });
});
