// Clients of the two caches: same protocol, opposite policies when a cache fails.
import { Redis, type RedisOptions } from 'ioredis';
import type { Endpoint } from './env';
import type { Secret } from './secrets';

/** How long a command may take. Sessions are worth a wait (they fail closed), objects are not (a miss costs a query). */
const commandTimeoutMilliseconds = { sessions: 500, objects: 100 } as const;

export type CacheKind = keyof typeof commandTimeoutMilliseconds;

interface CacheOptions {
  kind: CacheKind;
  endpoint: Endpoint;
  secret: Secret;
  tls: boolean;
  onError: (error: Error) => void;
}

/** A client that is connected, or tries again and again: its commands fail at once while there is no connection. */
export async function openCache(options: CacheOptions): Promise<Redis> {
  const { kind, endpoint, secret } = options;
  const { username, password } = await secret.get();
  const settings: RedisOptions = {
    host: endpoint.host,
    port: endpoint.port,
    username,
    password,
    tls: options.tls ? { servername: endpoint.host } : undefined,
    connectionName: `clonekit-${kind}`,
    connectTimeout: 2_000,
    // Without it a command on a silent connection would never settle.
    commandTimeout: commandTimeoutMilliseconds[kind],
    maxRetriesPerRequest: 1,
    // A command whose answer was lost may have been executed: never twice.
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    retryStrategy: (times) => Math.min(50 * 2 ** (times - 1), 2_000) + Math.random() * 200,
    // After a failover the old primary still answers, as a replica: connect anew.
    reconnectOnError: (error) => (/READONLY|LOADING|MASTERDOWN/.test(error.message) ? 1 : false),
    // Asking INFO takes a permission that nothing else here needs; a cache that is still loading says so, see above.
    enableReadyCheck: false,
    keepAlive: 10_000,
    lazyConnect: true,
  };
  const client = new Redis(settings);
  client.on('error', (error: Error) => {
    options.onError(error);
    if (!/WRONGPASS|NOAUTH/.test(error.message)) return;
    // Each connection attempt reads the options again.
    secret.renew().then((renewed) => Object.assign(client.options, pickLogin(renewed)), options.onError);
  });
  // Settles with the first attempt; the client goes on trying by itself.
  await client.connect().catch(() => undefined);
  return client;
}

const pickLogin = ({ username, password }: { username: string; password: string }) => ({ username, password });

/** Rejects unless the cache answers now. */
export async function verifyReached(client: Redis): Promise<void> {
  if ((await client.ping()) !== 'PONG') throw new Error('The cache did not answer a ping.');
}

/** Leaves politely if the cache still listens; never waits for one that does not. */
export async function closeCache(client: Redis): Promise<void> {
  await client.quit().catch(() => undefined);
  client.disconnect();
}
