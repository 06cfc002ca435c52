// Everything this clone depends on, connected in the background: it answers before they do, and outlives their failures.
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { CacheKind } from './caches';
import type { CacheClient } from './caches/mode';
import type { Database } from './database/database';
import { type Drivers, loadDrivers } from './drivers';
import type { Endpoint, WebEnv } from './env';
import { unavailable } from './problem';
import { toReason } from './reason';
import { retryUntilDone } from './retry';
import { Secret } from './secrets';
import { type SessionLimits, Sessions } from './sessions';

/** What a clone must have reached once before it is ready. */
type Need = 'sessions' | 'objects' | 'database' | 'schema';

interface BackendsOptions {
  env: WebEnv;
  /** Folder that holds `migrations`. */
  rootFolder: string;
  log: FastifyBaseLogger;
  sessionLimits?: SessionLimits;
}

export class Backends {
  readonly #missing = new Set<Need>(['sessions', 'objects', 'database', 'schema']);
  readonly #closing = new AbortController();
  readonly #caches = new Map<CacheKind, CacheClient>();
  #sessions: Sessions | undefined;
  #database: Database | undefined;
  #connecting: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: BackendsOptions) {}

  /** Returns at once. */
  connect(): void {
    const cacheSecret = new Secret(this.options.env.cacheSecret);
    const databaseSecret = new Secret(this.options.env.databaseSecret);
    this.#connecting = loadDrivers().then((drivers) =>
      Promise.all([
        this.#connectCache(drivers, 'sessions', cacheSecret),
        this.#connectCache(drivers, 'objects', cacheSecret),
        this.#connectDatabase(drivers, databaseSecret),
      ]),
    );
  }

  /** What has not been reached yet; once reached, a later failure is a matter of each request. */
  get missing(): Need[] {
    return [...this.#missing];
  }

  getSessions(): Sessions {
    if (!this.#sessions) throw unavailable('sessions cache');
    return this.#sessions;
  }

  findObjects(): CacheClient | undefined {
    return this.#caches.get('objects');
  }

  getDatabase(): Database {
    if (!this.#database) throw unavailable('database');
    return this.#database;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // A cache or a database that is just being opened must not stay open.
    await this.#connecting;
    const { closeCache } = await loadDrivers();
    await Promise.all([...[...this.#caches.values()].map(closeCache), this.#database?.close()]);
  }

  async #connectCache({ openCache, verifyReached }: Drivers, kind: CacheKind, secret: Secret): Promise<void> {
    const { env, log } = this.options;
    const onError = (error: Error): void => log.warn({ reason: error.message }, `${kind} cache failed`);
    const mode = { sessions: env.sessionsMode, objects: 'single' as const }[kind];
    const options = { kind, mode, endpoint: env[kind], secret, tls: env.tls, onError };
    await this.#untilDone(kind, async () => {
      const client = this.#caches.get(kind) ?? (await openCache(options));
      this.#caches.set(kind, client);
      if (kind === 'sessions') this.#sessions ??= new Sessions(client, this.options.sessionLimits);
      await verifyReached(client);
    });
  }

  async #connectDatabase(drivers: Drivers, secret: Secret): Promise<void> {
    const { env, rootFolder, log } = this.options;
    const { primary, replicas, tls, poolSize } = env;
    const onReplicaFailure = ({ host, port }: Endpoint, error: unknown): void =>
      log.warn({ replica: `${host}:${port}`, reason: toReason(error) }, 'replica failed');
    let database: Database | undefined;
    await this.#untilDone('database', async () => {
      database = await drivers.Database.connect({ primary, replicas, secret, tls, poolSize, onReplicaFailure });
    });
    await this.#untilDone('schema', async () => {
      const applied = await drivers.migrate({ endpoint: primary, secret, tls }, join(rootFolder, 'migrations'));
      if (applied.length > 0) log.info({ applied }, 'migrated');
      // Nobody asks a database that may lack tables.
      this.#database = database;
    });
  }

  async #untilDone(need: Need, step: () => Promise<void>): Promise<void> {
    const { log } = this.options;
    await retryUntilDone(step, {
      signal: this.#closing.signal,
      onFailure: (error, wait) =>
        log.warn({ need, reason: toReason(error), retryMilliseconds: Math.round(wait) }, 'not reached yet'),
    });
    if (this.#closing.signal.aborted) return;
    this.#missing.delete(need);
    log.info({ need, missing: this.missing }, 'reached');
  }
}
