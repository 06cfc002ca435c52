// Opens the objects cache, whichever engine it is: a row each.
import { closeCache, commandTimeoutMilliseconds, openCache, toRetryDelay, verifyReached } from '../caches';
import type { Endpoint, ObjectsEngine } from '../env';
import type { Secret } from '../secrets';
import type { Engine } from './engine';
import { Connection } from './memcached/connection';
import { Memcached } from './memcached/memcached';
import { createMemcachedEngine } from './memcached/memcached-engine';
import { createRedisEngine } from './redis/redis-engine';

interface ObjectsCacheOptions {
  endpoint: Endpoint;
  /** Memcached asks nobody who they are: who reaches it is let in. */
  secret: Secret;
  tls: boolean;
  onError: (error: Error) => void;
}

/** Connected, or trying again and again. */
export interface ObjectsCache {
  engine: Engine;
  /** Rejects unless it answers now. */
  verifyReached(): Promise<void>;
  close(): Promise<void>;
}

const openers: Readonly<Record<ObjectsEngine, (options: ObjectsCacheOptions) => Promise<ObjectsCache>>> = {
  redis: async (options) => {
    const client = await openCache({ ...options, kind: 'objects', mode: 'single' });
    return {
      engine: createRedisEngine(client),
      verifyReached: () => verifyReached(client),
      close: () => closeCache(client),
    };
  },

  memcached: async ({ endpoint, tls, onError }) => {
    const timeoutMilliseconds = commandTimeoutMilliseconds.objects;
    const connection = new Connection({ endpoint, tls, onError, timeoutMilliseconds, toRetryDelay });
    await connection.connect();
    const memcached = new Memcached(connection);
    return {
      engine: createMemcachedEngine(memcached),
      verifyReached: () => memcached.verifyReached(),
      close: async () => memcached.close(),
    };
  },
};

export const openObjectsCache = (engine: ObjectsEngine, options: ObjectsCacheOptions): Promise<ObjectsCache> =>
  openers[engine](options);
