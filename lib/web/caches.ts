// Clients of the two caches: same protocol, opposite policies when a cache fails.
import type { RedisOptions } from 'ioredis';
import { createCluster } from './caches/cluster';
import type { CacheClient, CreateClient, Login } from './caches/mode';
import { createSingle } from './caches/single';
import type { CacheMode, Endpoint } from './env';
import type { Secret } from './secrets';

/** How long a command may take. Sessions are worth a wait (they fail closed), objects are not (a miss costs a query). */
export const commandTimeoutMilliseconds = { sessions: 500, objects: 100 } as const;

/** How often a connection must prove that something comes back on it. */
const askMilliseconds = 5_000;

export type CacheKind = keyof typeof commandTimeoutMilliseconds;

const modes: Readonly<Record<CacheMode, CreateClient>> = { single: createSingle, cluster: createCluster };

interface CacheOptions {
  kind: CacheKind;
  mode: CacheMode;
  endpoint: Endpoint;
  secret: Secret;
  tls: boolean;
  onError: (error: Error) => void;
}

/** A client that is connected, or tries again and again: its commands fail at once while there is no connection. */
export async function openCache(options: CacheOptions): Promise<CacheClient> {
  const { kind, mode, endpoint, secret, tls } = options;
  const onError = (error: Error): void => {
    options.onError(error);
    if (!/WRONGPASS|NOAUTH/.test(error.message)) return;
    secret.renew().then((renewed) => setLogin(toLogin(renewed)), options.onError);
  };
  const login = toLogin(await secret.get());
  const { client, setLogin } = modes[mode]({
    ...{ endpoint, login, tls, toRetryDelay, onError },
    policy: toPolicy(kind),
    timeoutMilliseconds: commandTimeoutMilliseconds[kind],
  });
  // The first attempt, however it ends; the client goes on trying by itself. What `connect` returns may never settle.
  const attempted = new Promise<void>((resolve) => client.once('ready', resolve).once('close', resolve));
  client.connect().catch(() => undefined);
  await attempted;
  leaveSilence(client);
  return client;
}

/**
 * A server that vanishes closes nothing and, in a cluster, redirects nobody: the operating system would hold on to the
 * connection for a quarter of an hour. Whoever took over is found by the endpoint.
 */
function leaveSilence(client: CacheClient): void {
  const asking = setInterval(async () => {
    if (client.status !== 'ready') return;
    const isSilent = await client.ping().then(
      () => false,
      () => client.status === 'ready',
    );
    if (isSilent) client.disconnect(true);
  }, askMilliseconds).unref();
  client.once('end', () => clearInterval(asking));
}

const toLogin = ({ username, password }: Login): Login => ({ username, password });

const toPolicy = (kind: CacheKind): RedisOptions => ({
  connectionName: `clonekit-${kind}`,
  connectTimeout: 1_000,
  maxRetriesPerRequest: 1,
  // A command whose answer was lost may have been executed: never twice.
  autoResendUnfulfilledCommands: false,
  // After a failover the old primary still answers, as a replica: connect anew.
  reconnectOnError: (error) => (/READONLY|LOADING|MASTERDOWN/.test(error.message) ? 1 : false),
  // Asking INFO takes a permission that nothing else here needs; a cache that is still loading says so, see above.
  enableReadyCheck: false,
  keepAlive: 10_000,
});

/**
 * Milliseconds until the next attempt to connect; with jitter, so that clones do not march in step. A cache that is back is
 * used within 2 seconds: the longest pause, and an attempt.
 */
export const toRetryDelay = (attempt: number): number => Math.min(50 * 2 ** (attempt - 1), 1_000) + Math.random() * 200;

/** Rejects unless the cache answers now. */
export async function verifyReached(client: CacheClient): Promise<void> {
  if ((await client.ping()) !== 'PONG') throw new Error('The cache did not answer a ping.');
}

/** Leaves politely if the cache still listens; never waits for one that does not. */
export async function closeCache(client: CacheClient): Promise<void> {
  await client.quit().catch(() => undefined);
  client.disconnect();
}
