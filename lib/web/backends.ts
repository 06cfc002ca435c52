// Everything this clone depends on, connected in the background: it answers before they do, and outlives their failures.
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Engine } from './cache/engine';
import type { ObjectsCache } from './cache/open-objects-cache';
import type { CacheClient } from './caches/mode';
import type { Server } from './database/connection';
import type { Database } from './database/database';
import { type Drivers, loadDrivers } from './drivers';
import type { Endpoint, WebEnv } from './env';
import { unavailable } from './problem';
import { toReason } from './reason';
import { retryUntilDone } from './retry';
import type { RunningRelease } from './running-release';
import { Secret } from './secrets';
import { type SessionLimits, Sessions } from './sessions';
import type { Metrics } from './telemetry/metrics';

/** What a clone must have reached once before it is ready. */
type Need = 'sessions' | 'objects' | 'database' | 'schema';

interface BackendsOptions {
  env: WebEnv;
  running: RunningRelease;
  log: FastifyBaseLogger;
  metrics: Metrics;
  sessionLimits?: SessionLimits;
}

export class Backends {
  readonly #missing = new Set<Need>(['sessions', 'objects', 'database', 'schema']);
  readonly #closing = new AbortController();
  #sessionsCache: CacheClient | undefined;
  #sessions: Sessions | undefined;
  #objects: ObjectsCache | undefined;
  #database: Database | undefined;
  #connecting: Promise<unknown> = Promise.resolve();
  #contracting: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: BackendsOptions) {}

  /** Returns at once. */
  connect(): void {
    const cacheSecret = new Secret(this.options.env.cacheSecret);
    const databaseSecret = new Secret(this.options.env.databaseSecret);
    this.#connecting = loadDrivers(this.options.metrics).then((drivers) =>
      Promise.all([
        this.#connectSessions(drivers, cacheSecret),
        this.#connectObjects(drivers, cacheSecret),
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

  /** Of sessions, and of whatever all clones must count as one. */
  getSessionsCache(): CacheClient {
    if (!this.#sessionsCache) throw unavailable('sessions cache');
    return this.#sessionsCache;
  }

  findObjects(): Engine | undefined {
    return this.#objects?.engine;
  }

  getDatabase(): Database {
    if (!this.#database) throw unavailable('database');
    return this.#database;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // A cache or a database that is just being opened must not stay open.
    await this.#connecting;
    await this.#contracting;
    const { closeCache } = await loadDrivers();
    const sessions = this.#sessionsCache && closeCache(this.#sessionsCache);
    await Promise.all([sessions, this.#objects?.close(), this.#database?.close()]);
  }

  async #connectSessions({ openCache, verifyReached }: Drivers, secret: Secret): Promise<void> {
    const { sessions: endpoint, sessionsMode: mode, tls } = this.options.env;
    await this.#untilDone('sessions', async () => {
      const onError = this.#toOnError('sessions');
      this.#sessionsCache ??= await openCache({ kind: 'sessions', mode, endpoint, secret, tls, onError });
      this.#sessions ??= new Sessions(this.#sessionsCache, this.options.sessionLimits);
      await verifyReached(this.#sessionsCache);
    });
  }

  async #connectObjects({ openObjectsCache }: Drivers, secret: Secret): Promise<void> {
    const { objects: endpoint, objectsEngine, tls } = this.options.env;
    await this.#untilDone('objects', async () => {
      const onError = this.#toOnError('objects');
      this.#objects ??= await openObjectsCache(objectsEngine, { endpoint, secret, tls, onError });
      await this.#objects.verifyReached();
    });
  }

  #toOnError(kind: 'sessions' | 'objects'): (error: Error) => void {
    const { log, metrics } = this.options;
    return (error) => {
      metrics.failed(kind);
      log.warn({ reason: error.message }, `${kind} cache failed`);
    };
  }

  async #connectDatabase(drivers: Drivers, secret: Secret): Promise<void> {
    const { env, running, log, metrics } = this.options;
    const { primary, replicas, tls, poolSize } = env;
    const onReplicaFailure = ({ host, port }: Endpoint, error: unknown): void => {
      metrics.failed('replica');
      log.warn({ replica: `${host}:${port}`, reason: toReason(error) }, 'replica failed');
    };
    let database: Database | undefined;
    await this.#untilDone('database', async () => {
      database = await drivers.Database.connect({ primary, replicas, secret, tls, poolSize, onReplicaFailure });
    });
    const server = { endpoint: primary, secret, tls };
    const folder = join(running.rootFolder, 'migrations');
    await this.#untilDone('schema', async () => {
      const applied = await drivers.migrate(server, folder);
      if (applied.length > 0) log.info({ applied }, 'migrated');
      // Nobody asks a database that may lack tables.
      this.#database = database;
    });
    this.#contracting = this.#keepContracting(drivers, server, folder);
  }

  /** Until the clone ends; what is news about it is logged. */
  #keepContracting({ keepContracting }: Drivers, primary: Server, folder: string): Promise<void> {
    const { running, log } = this.options;
    let told = '';
    return keepContracting({
      primary,
      knowledge: { release: running.release, folder },
      signal: this.#closing.signal,
      onContracted: ({ applied, waiting }) => {
        if (applied.length > 0) log.info({ applied }, 'migrated');
        const news = JSON.stringify(waiting ?? '');
        if (waiting && news !== told) log.info({ waiting }, 'a migration waits for older releases to go');
        told = news;
      },
      onFailure: (error) => log.warn({ reason: toReason(error) }, 'could not tell which release runs'),
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
