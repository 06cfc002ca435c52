// Every engine of caches, by what a plan says: which program it takes, and how it is started.
import type { CachePlan, MemcachedPlan, ValkeyPlan } from '../plan/cache';
import type { Role } from '../programs/catalogue';
import { CacheGroup } from './cache-group';
import type { CacheServer, CacheServerOptions } from './cache-server';
import { Memcached } from './memcached';

interface Engine<Plan extends CachePlan> {
  readonly role: Role;
  readonly start: (options: CacheServerOptions<Plan>) => Promise<CacheServer>;
}

const valkey: Engine<ValkeyPlan> = { role: 'cache', start: CacheGroup.start };
const memcached: Engine<MemcachedPlan> = { role: 'memcached', start: Memcached.start };

const getEngine = (plan: CachePlan): Engine<CachePlan> =>
  (plan.engine === 'memcached' ? memcached : valkey) as Engine<CachePlan>;

/** Whose program runs it. */
export const roleOf = (plan: CachePlan): Role => getEngine(plan).role;

export const startCache = (options: CacheServerOptions<CachePlan>): Promise<CacheServer> =>
  getEngine(options.cache).start(options);
