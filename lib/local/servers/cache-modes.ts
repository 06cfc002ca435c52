// What differs between a node by itself and one of a cluster: how it follows, how it takes over, and when it takes commands.
import type { Redis } from 'ioredis';
import type { ValkeyPlan } from '../plan/cache';

/** Whom a node follows. */
export interface Followed {
  readonly port: number;
  /** Where nodes of a cluster talk to it. */
  readonly busPort: number;
}

export interface CacheMode {
  /** @param busPort where the nodes of a cluster talk to each other; by default 10,000 above its port, which may not exist */
  readonly toArguments: (busPort: number) => string[];
  /** Whether a primary takes commands. */
  readonly takesCommands: (client: Redis) => Promise<boolean>;
  /** One step to becoming a copy of another; `OK` once it is told, to be tried again until then. */
  readonly follow: (client: Redis, followed: Followed) => Promise<unknown>;
  /** Likewise, to following nobody; the one that it followed must be gone. */
  readonly promote: (client: Redis) => Promise<unknown>;
}

export const isAnswering = async (client: Redis): Promise<boolean> => (await client.ping()) === 'PONG';

const single: CacheMode = {
  toArguments: () => [],
  takesCommands: isAnswering,
  follow: (client, { port }) => client.replicaof('127.0.0.1', port),
  promote: (client) => client.replicaof('NO', 'ONE'),
};

/** Slots are numbered from 0; one shard has them all. */
const lastSlot = 16_383;

const cluster: CacheMode = {
  toArguments: (busPort) => [
    ...['--cluster-enabled', 'yes'],
    ...['--cluster-port', String(busPort), '--cluster-announce-ip', '127.0.0.1'],
  ],
  takesCommands: async (client) => {
    const state = String(await client.cluster('INFO'));
    // Only the first time: the slots it has are kept in its folder.
    if (/^cluster_slots_assigned:0\b/m.test(state)) await client.cluster('ADDSLOTSRANGE', 0, lastSlot);
    return /^cluster_state:ok\b/m.test(state);
  },
  follow: async (client, { port, busPort }) => {
    const nodes = String(await client.cluster('NODES')).split('\n');
    const primary = nodes.find((line) => line.includes(`127.0.0.1:${port}@`));
    if (!primary) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort));
    // Told to follow before it has heard who is the primary, Redis 7.0 may crash, and again at each start.
    if (!primary || !/ \S*master\S* /.test(primary)) return undefined;
    return await client.call('CLUSTER', 'REPLICATE', primary.split(' ')[0] as string);
  },
  promote: async (client) => {
    // Told once more it would refuse: it is no replica any more.
    if (/myself,master/.test(String(await client.cluster('NODES')))) return 'OK';
    return await client.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
  },
};

export const modes: Readonly<Record<ValkeyPlan['mode'], CacheMode>> = { single, cluster };
