// A cache of the fleet in each mode, as a real server: what it runs with, and what it is after it died.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplicationGroup, ReplicationGroupMessage } from '@aws-sdk/client-elasticache';
import { Cluster, Redis } from 'ioredis';
import { findFreePort } from '../../../lib/local/free-port';
import type { ValkeyPlan } from '../../../lib/local/plan/cache';
import { Processes } from '../../../lib/local/processes';
import { provideProgram } from '../../../lib/local/programs/provide';
import type { Cache } from '../../../lib/local/servers/cache';
import { CacheGroup } from '../../../lib/local/servers/cache-group';
import { makeServerTls } from '../../../lib/local/tls/authority';
import { elastiCache } from '../../../lib/local/twin/elasti-cache';
import { project, serversFolder } from '../../provide-servers';

const password = 'password-for-tests-only';
const login = { username: 'clonekit', password };
const flavours = ['valkey', 'redis'];

const toPlan = (changes: Pick<ValkeyPlan, 'mode' | 'durability' | 'purpose'>): ValkeyPlan => ({
  key: 'cache',
  id: 'cache',
  engine: 'valkey',
  engineVersion: '9.0',
  nodeType: '',
  parameterGroup: '',
  parameters: {},
  policy: 'noeviction',
  maxMemoryBytes: 64 << 20,
  replicas: 0,
  automaticFailover: false,
  multiAz: false,
  users: [{ id: 'app', name: login.username, access: 'on ~* +@all', password: { secretArn: 'arn', key: 'password' } }],
  ...changes,
});

async function start(
  flavour: string,
  cache: ValkeyPlan,
  hosts?: readonly string[],
): Promise<{ group: CacheGroup; cache: Cache; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-cache-'));
  const env = { PATH: process.env.PATH, CLONEKIT_CACHE: flavour };
  const started = await CacheGroup.start({
    tls: hosts && (await makeServerTls(join(folder, 'tls'), hosts)),
    program: await provideProgram('cache', { project, serversFolder, env }),
    processes: new Processes(),
    logFile: join(folder, 'cache.log'),
    folder,
    port: await findFreePort(),
    cache,
    getPassword: () => password,
  });
  const stop = async (): Promise<void> => {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { group: started, cache: started.primary, stop };
}

/** What the twin of ElastiCache says of it. */
const describeGroup = async (group: CacheGroup): Promise<ReplicationGroup | undefined> => {
  const describe = elastiCache.actions.DescribeReplicationGroups as (input: object, fleet: object) => unknown;
  const answer = await describe({ ReplicationGroupId: 'cache' }, { caches: [group], plan: { region: 'eu-central-1' } });
  return (answer as ReplicationGroupMessage).ReplicationGroups?.[0];
};

describe.each(flavours)('%s as one shard of a cluster', (flavour) => {
  let running: Awaited<ReturnType<typeof start>>;
  let client: Cluster;

  beforeAll(async () => {
    running = await start(flavour, toPlan({ purpose: 'sessions', mode: 'cluster', durability: 'sync' }));
    client = new Cluster([running.cache.address], { redisOptions: login });
  });

  afterAll(async () => {
    client?.disconnect();
    await running?.stop();
  });

  test('it has every slot, where this machine reaches it', async () => {
    const { host, port } = running.cache.address;
    const slots = await client.cluster('SLOTS');
    expect(slots.map(([from, to, node]) => [from, to, node?.[0], node?.[1]])).toEqual([[0, 16383, host, port]]);
  });

  test('the twin tells of a cluster with one shard, and of the one endpoint it has', async () => {
    const { host, port } = running.cache.address;
    const group = await describeGroup(running.group);
    expect(group).toMatchObject({
      ClusterEnabled: true,
      ClusterMode: 'enabled',
      ConfigurationEndpoint: { Address: host, Port: port },
      MemberClusters: ['cache-0001-001'],
      EffectiveDurability: 'sync',
    });
    expect(group?.NodeGroups).toEqual([
      {
        NodeGroupId: '0001',
        Status: 'available',
        Slots: '0-16383',
        NodeGroupMembers: [{ CacheClusterId: 'cache-0001-001', CacheNodeId: '0001' }],
      },
    ]);
  });

  test('a write is on the disk before it is answered', async () => {
    expect(await running.cache.setting('appendonly')).toBe('yes');
    expect(await running.cache.setting('appendfsync')).toBe('always');
  });

  test('killed and started again it takes commands as the same node, and has what was written', async () => {
    // No client of a cluster, which would wait: once it is back it is back.
    const ask = async <T>(question: (node: Redis) => Promise<T>): Promise<T> => {
      const node = new Redis({ ...running.cache.address, ...login });
      return await question(node).finally(() => node.disconnect());
    };
    const id = await ask((node) => node.cluster('MYID'));
    for (let n = 0; n < 100; n++) await client.set(`key-${n}`, n);
    running.cache.process.signal('SIGKILL');
    await running.cache.process.exited;
    await running.cache.restart();
    expect(await ask((node) => node.get('key-99'))).toBe('99');
    expect(await ask((node) => node.dbsize())).toBe(100);
    expect(await ask((node) => node.cluster('MYID'))).toBe(id);
  });
});

test.each(flavours)('%s alone is no cluster, and what need not be kept is not', async (flavour) => {
  const {
    group: replicationGroup,
    cache,
    stop,
  } = await start(flavour, toPlan({ purpose: 'objects', mode: 'single', durability: 'disabled' }));
  try {
    expect(await cache.info('cluster_enabled')).toBe(0);
    expect(await cache.setting('appendonly')).toBe('no');
    const { host: Address, port: Port } = cache.address;
    const group = await describeGroup(replicationGroup);
    expect(group).toMatchObject({
      ClusterEnabled: false,
      ClusterMode: 'disabled',
      MemberClusters: ['cache-001'],
      EffectiveDurability: 'disabled',
      TransitEncryptionEnabled: false,
      NodeGroups: [{ PrimaryEndpoint: { Address, Port }, NodeGroupMembers: [{ CurrentRole: 'primary' }] }],
    });
    expect(group?.ConfigurationEndpoint).toBeUndefined();
  } finally {
    await stop();
  }
});

test.each(flavours)('%s with a certificate answers by TLS alone, and the twin says so', async (flavour) => {
  const plan = toPlan({ purpose: 'objects', mode: 'single', durability: 'disabled' });
  const { group, cache, stop } = await start(flavour, plan, ['127.0.0.1']);
  try {
    expect(await describeGroup(group)).toMatchObject({
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
    });
    const inTheClear = new Redis({ ...cache.address, ...login, lazyConnect: true, retryStrategy: () => null });
    inTheClear.on('error', () => {});
    await expect(inTheClear.connect()).rejects.toThrow(/closed/);
    cache.process.signal('SIGKILL');
    await cache.process.exited;
    await cache.restart();
    expect(await cache.info('cluster_enabled')).toBe(0);
  } finally {
    await stop();
  }
});

test.each([
  ['disabled', 'everysec'],
  ['async', 'everysec'],
  ['sync', 'always'],
] as const)('durability %s is appendfsync %s', async (durability, fsync) => {
  const { cache, stop } = await start('valkey', toPlan({ purpose: 'sessions', mode: 'single', durability }));
  try {
    expect([await cache.setting('appendonly'), await cache.setting('appendfsync')]).toEqual(['yes', fsync]);
  } finally {
    await stop();
  }
});
