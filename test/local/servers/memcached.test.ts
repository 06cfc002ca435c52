// Memcached as a real server: what it runs with, what the twin tells of it, and what it is after it died.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CacheClusterMessage,
  CacheParameterGroupDetails,
  ReplicationGroupMessage,
} from '@aws-sdk/client-elasticache';
import { findFreePort } from '../../../lib/local/free-port';
import type { MemcachedPlan } from '../../../lib/local/plan/cache';
import { Processes } from '../../../lib/local/processes';
import { provideProgram } from '../../../lib/local/programs/provide';
import { Memcached } from '../../../lib/local/servers/memcached';
import { makeServerTls, type ServerTls } from '../../../lib/local/tls/authority';
import { elastiCache } from '../../../lib/local/twin/elasti-cache';
import { project, serversFolder } from '../../provide-servers';
import { planWith } from '../planned';

let folder: string;
let memcached: Memcached;

const start = async (plan: MemcachedPlan, tls?: ServerTls): Promise<Memcached> =>
  await Memcached.start({
    tls,
    program: await provideProgram('memcached', { project, serversFolder, env: { PATH: process.env.PATH } }),
    processes: new Processes(),
    logFile: join(folder, 'memcached.log'),
    folder,
    port: await findFreePort(),
    cache: plan,
    getPassword: () => '',
  });

/** As the template of dev would have it. */
const declared = (): MemcachedPlan => {
  const { caches } = planWith((config) => {
    config.objects = { engine: 'memcached', nodeType: 'cache.t4g.micro' };
  });
  return caches[1] as MemcachedPlan;
};

/** What it answers to a command of its text protocol, up to the end of the answer. */
const say = (command: string, end: RegExp, server = memcached): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(server.address).setEncoding('utf8').setTimeout(5000);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      if (!end.test(text)) return;
      socket.destroy();
      resolve(text);
    });
    socket
      .once('error', reject)
      .once('close', () => reject(new Error('closed')))
      .once('timeout', () => reject(new Error('no answer')));
    socket.write(command);
  });

const ask = async <T>(action: string, input: object, server = memcached): Promise<T> => {
  const handle = elastiCache.actions[action] as (input: object, fleet: object) => unknown;
  return (await handle(input, { caches: [server], plan: { region: 'eu-central-1' } })) as T;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-memcached-'));
  memcached = await start(declared());
});

afterAll(async () => {
  await memcached?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('it has the memory that a node has for objects', async () => {
  expect(await say('stats settings\r\n', /END/)).toContain(`STAT maxbytes ${412 * 2 ** 20}\r\n`);
});

test('what is asked of it is not listened to beyond this machine, nor by UDP', async () => {
  const settings = await say('stats settings\r\n', /END/);
  expect(settings).toContain('STAT inter 127.0.0.1\r\n');
  expect(settings).toContain('STAT udpport 0\r\n');
});

test('nobody empties it by a word', async () => {
  expect(await say('set kept 0 0 5\r\nvalue\r\nflush_all\r\nget kept\r\n', /END/)).toMatch(
    /ERROR.*\r\nVALUE kept 0 5\r\nvalue/,
  );
});

test('the twin tells of a cluster with one node, in no replication group, and not of TLS that is not there', async () => {
  const { host: Address, port: Port } = memcached.address;
  const { CacheClusters } = await ask<CacheClusterMessage>('DescribeCacheClusters', { ShowCacheNodeInfo: true });
  expect(CacheClusters).toMatchObject([
    {
      CacheClusterId: memcached.plan.id,
      CacheClusterStatus: 'available',
      Engine: 'memcached',
      EngineVersion: memcached.program.version,
      NumCacheNodes: 1,
      ConfigurationEndpoint: { Address, Port },
      CacheNodes: [{ CacheNodeId: '0001', Endpoint: { Address, Port } }],
      TransitEncryptionEnabled: false,
    },
  ]);
  expect(CacheClusters?.[0]).not.toHaveProperty('ReplicationGroupId');
  expect(await ask<ReplicationGroupMessage>('DescribeReplicationGroups', {})).toEqual({ ReplicationGroups: [] });
});

test('with a certificate it answers by TLS alone, and the twin says so', async () => {
  const tls = await makeServerTls(join(folder, 'tls'), ['127.0.0.1']);
  const encrypted = await start(declared(), tls);
  try {
    expect(await encrypted.measure('Evictions')).toBe(0);
    const { CacheClusters } = await ask<CacheClusterMessage>('DescribeCacheClusters', {}, encrypted);
    expect(CacheClusters).toMatchObject([{ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' }]);
    await expect(say('version\r\n', /VERSION/, encrypted)).rejects.toThrow();
  } finally {
    await encrypted.stop();
  }
});

test('the twin tells the parameters that it runs with', async () => {
  const { Parameters = [] } = await ask<CacheParameterGroupDetails>('DescribeCacheParameters', {
    CacheParameterGroupName: memcached.plan.parameterGroup,
  });
  expect(
    Object.fromEntries(Parameters.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue])),
  ).toEqual({
    memcached_connections_overhead: '100',
    disable_flush_all: '1',
    error_on_memory_exhausted: '0',
    max_item_size: '1048576',
  });
});

test('its figures are those of CloudWatch, and it has none of the other engine', async () => {
  await say('set figure 0 0 5\r\nvalue\r\n', /STORED/);
  expect(await memcached.measure('BytesUsedForCacheItems')).toBeGreaterThan(0);
  expect(await memcached.measure('CurrConnections')).toBeGreaterThan(0);
  expect(await memcached.measure('Evictions')).toBe(0);
  expect(await memcached.measure('BytesUsedForCache')).toBeUndefined();
});

test('killed and started again it answers where it was, and has forgotten everything', async () => {
  await say('set gone 0 0 5\r\nvalue\r\n', /STORED/);
  memcached.process.signal('SIGKILL');
  await memcached.process.exited;
  await memcached.restart();
  expect(await say('get gone\r\n', /END/)).toBe('END\r\n');
});

test('a parameter that this machine cannot follow is refused by name', async () => {
  const plan: MemcachedPlan = { ...declared(), parameters: { hash_algorithm: 'jenkins' } };
  await expect(start(plan)).rejects.toThrow(
    'a parameter of Memcached must be one that this machine can follow: memcached_connections_overhead, ' +
      'disable_flush_all, error_on_memory_exhausted, max_item_size, got: hash_algorithm',
  );
});
