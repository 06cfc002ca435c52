// A replication group of real servers: its copies have what its primary has, and one of them takes over.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { findFreePort } from '../../../lib/local/free-port';
import { keepAlive } from '../../../lib/local/keep-alive';
import type { ValkeyPlan } from '../../../lib/local/plan/cache';
import { Processes } from '../../../lib/local/processes';
import { provideProgram } from '../../../lib/local/programs/provide';
import type { Cache } from '../../../lib/local/servers/cache';
import { CacheGroup } from '../../../lib/local/servers/cache-group';
import type { CacheNode } from '../../../lib/local/servers/cache-server';
import { makeServerTls } from '../../../lib/local/tls/authority';
import { until } from '../../fleet/running-fleet';
import { project, serversFolder } from '../../provide-servers';

const password = 'password-for-tests-only';
const login = { username: 'clonekit', password };

const toPlan = (mode: ValkeyPlan['mode'], replicas: number): ValkeyPlan => ({
  ...{ key: 'cache', id: 'cache', purpose: 'sessions', engine: 'valkey', engineVersion: '9.0', nodeType: '' },
  ...{ parameterGroup: '', parameters: {}, policy: 'noeviction', maxMemoryBytes: 64 << 20, durability: 'disabled' },
  ...{ mode, replicas, automaticFailover: true, multiAz: true },
  users: [{ id: 'app', name: login.username, access: 'on ~* +@all', password: { secretArn: 'arn', key: 'password' } }],
});

/** Kept alive, as a fleet does. */
async function start(
  flavour: string,
  plan: ValkeyPlan,
  keep = keepAlive,
): Promise<{ group: CacheGroup; ca: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-group-'));
  const env = { PATH: process.env.PATH, CLONEKIT_CACHE: flavour };
  const processes = new Processes();
  const tls = await makeServerTls(join(folder, 'tls'), ['127.0.0.1']);
  const group = await CacheGroup.start({
    tls,
    program: await provideProgram('cache', { project, serversFolder, env }),
    processes,
    logFile: join(folder, 'cache.log'),
    folder: join(folder, 'cache'),
    port: await findFreePort(),
    cache: plan,
    getPassword: () => password,
  });
  const kept = group.nodes.map((server) =>
    keep({ name: () => server.name, server, stop: processes.stop, onBack: async () => {}, onEvent: () => {} }),
  );
  const stop = async (): Promise<void> => {
    processes.close();
    await group.stop();
    await Promise.all(kept);
    expect(processes.records).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { group, ca: tls.ca, stop };
}

describe.each([
  ['valkey', 'single'],
  ['redis', 'single'],
  ['valkey', 'cluster'],
  ['redis', 'cluster'],
] as const)('%s in mode %s', (flavour, mode) => {
  let running: Awaited<ReturnType<typeof start>>;
  let client: Redis | Cluster;

  beforeAll(async () => {
    running = await start(flavour, toPlan(mode, 2));
    const { address } = running.group;
    const tls = { ca: running.ca };
    client =
      mode === 'single'
        ? new Redis({ ...address, ...login, tls, retryStrategy: () => 50 })
        : new Cluster([address], { redisOptions: { ...login, tls }, clusterRetryStrategy: () => 50 });
    client.on('error', () => {});
  });
  afterAll(async () => {
    client?.disconnect();
    await running?.stop();
  });

  const roles = () => running.group.nodes.map(({ role }) => role);
  const measure = (metric: string) => Promise.all(running.group.nodes.map((node) => node.measure(metric)));

  test('every node has what was written, and says what it is', async () => {
    await client.set('before', 'failover');
    await until('all have it', async () => (await measure('CurrItems')).every((items) => items === 1));
    expect(roles()).toEqual(['primary', 'replica', 'replica']);
    expect(await measure('IsMaster')).toEqual([1, 0, 0]);
    expect(running.group.status).toBe('available');
  });

  test('a failover makes a replica the primary at the same address, with what was written', async () => {
    const { address } = running.group;
    const over = running.group.failOver();
    expect(running.group.status).toBe('modifying');
    expect(await over).toEqual({ from: running.group.nodes[0]?.id, to: running.group.nodes[1]?.id });
    expect(roles()).toEqual(['replica', 'primary', 'replica']);
    expect(running.group.address).toEqual(address);
    const read = await until('clients find it', async () => await client.get('before'));
    expect(read).toBe('failover');
    expect(await until('writes are taken', async () => await client.set('after', 'failover'))).toBe('OK');
    await until('all have it', async () => (await measure('CurrItems')).every((items) => items === 2));
    expect(await measure('IsMaster')).toEqual([0, 1, 0]);
    expect(running.group.status).toBe('available');
    // Whoever took over an address is not asked in the place of who had it.
    const { caches } = running.group as unknown as { caches: Cache[] };
    const answering = await Promise.all(caches.map((node) => node.info('tcp_port')));
    expect(answering).toEqual(caches.map((node) => node.address.port));
  });

  test('a primary that dies by itself is taken over from, too', async () => {
    running.group.primary.process.signal('SIGKILL');
    await until('another is the primary', async () => roles().indexOf('primary') === 0);
    expect(await until('it has what was written', async () => await client.get('after'))).toBe('failover');
    await until('all are back', async () => running.group.status === 'available');
  });

  test('a replica that dies comes back as one', async () => {
    const pid = () => running.group.nodes[2]?.process.pid as number;
    const before = pid();
    process.kill(before, 'SIGKILL');
    await until('it is back', async () => pid() !== before && running.group.status === 'available');
    expect(roles()).toEqual(['primary', 'replica', 'replica']);
    await until('it has all', async () => (await measure('CurrItems')).every((items) => items === 2));
  });

  test('a new password is known to every node', async () => {
    await running.group.setPasswords(login.username, [password, 'another-password-for-tests']);
    expect(await running.group.countPasswords(login.username)).toBe(2);
  });
});

test('an heir that could not take the address at once takes it when it is tried again', async () => {
  const { group, stop } = await start('valkey', toPlan('single', 1), async () => {});
  const [first, second] = group.nodes as [CacheNode, CacheNode];
  const taken = createServer((socket) => socket.on('error', () => {}).destroy());
  try {
    first.process.signal('SIGKILL');
    await first.process.exited;
    taken.listen(group.address);
    await once(taken, 'listening');
    await expect(first.restart()).rejects.toThrow();
    taken.close();
    await once(taken, 'close');
    await first.restart();
    expect(group.nodes.map(({ role }) => role)).toEqual(['replica', 'primary']);
    expect(second.address).toEqual(group.address);
  } finally {
    taken.close();
    await stop();
  }
});
