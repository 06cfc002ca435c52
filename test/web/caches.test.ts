// The app's client of a cache on real servers: what is lost is not sent again, and what comes back is found again.
import type { Redis } from 'ioredis';
import { closeCache, toRetryDelay } from '../../lib/web/caches';
import type { CacheClient } from '../../lib/web/caches/mode';
import type { Secret } from '../../lib/web/secrets';
import { cacheFlavours, cacheModes, type RealCache, startCache, untilTrue } from './real-servers';

const kinds = cacheFlavours.flatMap((flavour) => cacheModes.map((mode) => ({ flavour, mode })));
const answers = (client: CacheClient) => (): Promise<boolean> =>
  client.ping().then(
    () => true,
    () => false,
  );
const rejected = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'no error',
    (error: Error) => error.message,
  );
const endConnections = (admin: Redis, { username }: RealCache) => admin.client('KILL', 'USER', username);
const countConnections = async (admin: Redis, { username }: RealCache): Promise<number> =>
  String(await admin.client('LIST'))
    .split('\n')
    .filter((line) => line.includes(` user=${username} `)).length;

test('a cache that is back is tried within 2 s, however long it was away, and not by all clones at once', () => {
  const delays = Array.from({ length: 100 }, (_, attempt) => toRetryDelay(attempt + 1));
  expect(Math.max(...delays)).toBeLessThan(1_500);
  expect(new Set(delays.slice(-20)).size).toBeGreaterThan(10);
});

describe.each(kinds)('on $flavour in $mode mode', ({ flavour, mode }) => {
  let server: RealCache;
  let admin: Redis;
  let client: CacheClient;

  beforeAll(async () => {
    server = await startCache({ flavour, mode });
    admin = server.open();
    client = await server.openAsApp();
  });

  afterAll(async () => {
    admin?.disconnect();
    if (client) await closeCache(client);
    await server?.stop();
  });

  test('a command whose answer is lost is executed once', async () => {
    for (let round = 0; round < 5; round++) {
      await untilTrue('the cache', answers(client));
      const key = `counter-${round}`;
      const muted = rejected(mute());
      const lost = rejected(client.incr(key));
      await untilTrue('the command to be executed', async () => (await admin.get(key)) !== null);
      await endConnections(admin, server);
      expect(await lost).toMatch(/Connection is closed|Command timed out/);
      await muted;
      await untilTrue('the cache', answers(client));
      expect(await client.get(key)).toBe('1');
    }
  });

  test('a connection that falls silent is given up for another', async () => {
    await untilTrue('the cache', answers(client));
    const muted = rejected(mute());
    expect(await answers(client)()).toBe(false);
    await untilTrue('the cache', answers(client));
    await muted;
  });

  test('while there is no connection commands fail at once, and it is found again', async () => {
    await untilTrue('the cache', answers(client));
    await admin.acl('SETUSER', server.username, 'off');
    try {
      await endConnections(admin, server);
      await untilTrue('the first failure', async () => !(await answers(client)()));
      const start = performance.now();
      for (let n = 0; n < 100; n++) expect(await answers(client)()).toBe(false);
      // Nobody waited for the 500 ms a command may take.
      expect(performance.now() - start).toBeLessThan(5_000);
    } finally {
      await admin.acl('SETUSER', server.username, 'on');
    }
    await untilTrue('the cache', answers(client));
  });

  test('a password that is refused is read again, at the start and after a rotation', async () => {
    const { username, password } = server;
    let current = 'not yet the password';
    let known = current;
    const secret = {
      get: async () => ({ username, password: known }),
      renew: async () => {
        known = current;
        return { username, password: known };
      },
    } as unknown as Secret;
    const rotated = await server.openAsApp(secret);
    expect(await answers(rotated)()).toBe(false);
    current = password;
    await untilTrue('the cache', answers(rotated));
    current = 'rotated';
    try {
      await admin.acl('SETUSER', username, 'resetpass', `>${current}`);
      await endConnections(admin, server);
      await untilTrue('the cache', async () => known === current && (await answers(rotated)()));
    } finally {
      await admin.acl('SETUSER', username, 'resetpass', `>${password}`);
      await closeCache(rotated);
    }
  });

  test('nothing stays open once it is closed, even while the cache hangs', async () => {
    const before = await untilConnections(1);
    const other = await server.openAsApp();
    await other.set('a', '1');
    expect(await countConnections(admin, server)).toBeGreaterThan(before);
    server.pause();
    try {
      const start = performance.now();
      await closeCache(other);
      expect(performance.now() - start).toBeLessThan(10_000);
    } finally {
      server.resume();
    }
    await untilConnections(before);
    expect(await rejected(other.get('a'))).not.toBe('no error');
  });

  /** From then on the server does what it is told on this connection, and says nothing. */
  const mute = (): Promise<unknown> => {
    const node = 'nodes' in client ? (client.nodes('master')[0] as Redis) : client;
    return node.client('REPLY', 'OFF');
  };

  /** Those that ask for the slots come and go. */
  const untilConnections = async (count: number): Promise<number> => {
    await untilTrue('the cache', answers(client));
    await untilTrue(`${count} connections`, async () => (await countConnections(admin, server)) === count);
    return count;
  };

  if (mode === 'cluster') {
    test('a cluster that is down is asked three times more, then the caller is told', async () => {
      const slot = await admin.cluster('KEYSLOT', 'a');
      await admin.set('a', '1');
      await admin.config('RESETSTAT');
      await admin.cluster('DELSLOTS', slot);
      try {
        expect(await rejected(client.get('a'))).toMatch(/^Too many Cluster redirections.*CLUSTERDOWN/);
        expect(await admin.info('commandstats')).toMatch(/^cmdstat_get:calls=0,.*rejected_calls=4,/m);
      } finally {
        await admin.cluster('ADDSLOTS', slot);
      }
      expect(await client.get('a')).toBe('1');
    });
  }
});

describe.each(cacheFlavours)('on %s, when another node of the cluster takes over', (flavour) => {
  interface Node {
    server: RealCache;
    admin: Redis;
  }
  let nodes: Node[] = [];
  let client: CacheClient;

  const getNode = async (role: 'master' | 'slave'): Promise<Node> => {
    const answers = await Promise.all(nodes.map(({ admin }) => admin.info('replication')));
    return nodes[answers.findIndex((answer) => answer.includes(`role:${role}`))] as Node;
  };
  const write = (key: string) => async (): Promise<boolean> => (await rejected(client.set(key, '1'))) === 'no error';
  const isLinked = async (): Promise<boolean> =>
    /master_link_status:up/.test((await (await getNode('slave'))?.admin.info('replication')) ?? '');

  beforeAll(async () => {
    const options = { flavour, mode: 'cluster' } as const;
    const servers = await Promise.all([startCache(options), startCache(options)]);
    nodes = servers.map((server) => ({ server, admin: server.open() }));
    const [one, two] = nodes as [Node, Node];
    for (const { admin, server } of nodes) {
      await admin.config('SET', 'masteruser', 'administrator');
      await admin.config('SET', 'masterauth', server.password);
    }
    await two.admin.cluster('RESET', 'HARD');
    const id = String(await one.admin.cluster('MYID'));
    const busPort = /@(\d+)/.exec(String(await one.admin.cluster('NODES')))?.[1] ?? '';
    await two.admin.call('CLUSTER', 'MEET', '127.0.0.1', String(one.server.port), busPort);
    await untilTrue('the nodes to meet', () =>
      two.admin.cluster('REPLICATE', id).then(
        () => true,
        () => false,
      ),
    );
  }, 60_000);

  beforeEach(async () => {
    await untilTrue('replication', isLinked);
    // As the endpoint on AWS, its own names a node that will be there.
    client = await (await getNode('slave')).server.openAsApp();
    await untilTrue('a write', write('before'));
  });

  afterEach(() => closeCache(client));

  afterAll(async () => {
    for (const { admin } of nodes) admin.disconnect();
    await Promise.all(nodes.map(({ server }) => server.stop()));
  });

  test('by force, because the primary fell silent, the client finds it', async () => {
    const [primary, replica] = [await getNode('master'), await getNode('slave')];
    primary.server.pause();
    try {
      await replica.admin.cluster('FAILOVER', 'TAKEOVER');
      await untilTrue('a write', write('after'));
    } finally {
      primary.server.resume();
    }
    expect(await replica.admin.get('after')).toBe('1');
  });

  test('by arrangement, the client follows', async () => {
    const replica = await getNode('slave');
    await replica.admin.cluster('FAILOVER');
    await untilTrue('the other to be primary', async () => (await getNode('master')) === replica);
    await untilTrue('a write', write('after'));
    expect(await replica.admin.get('after')).toBe('1');
    expect(await client.get('before')).toBe('1');
  });
});
