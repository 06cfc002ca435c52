// Loads the drivers once the clone listens, one at a time: each takes tens of milliseconds, and requests go in between.
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSecretsManager } from './secrets';
import type { Metrics } from './telemetry/metrics';

/** Enough to accept a connection, read a request and answer it. */
const breakMilliseconds = 10;

export type Drivers = Awaited<ReturnType<typeof loadDrivers>>;

export async function loadDrivers(metrics?: Metrics) {
  await sleep(breakMilliseconds);
  const { openCache, closeCache, verifyReached } = require('./caches') as typeof import('./caches');
  const { openObjectsCache } = require('./cache/open-objects-cache') as typeof import('./cache/open-objects-cache');
  await sleep(breakMilliseconds);
  const { Database } = require('./database/database') as typeof import('./database/database');
  const { migrate } = require('./database/migrations') as typeof import('./database/migrations');
  const { keepContracting } = require('./database/contracting') as typeof import('./database/contracting');
  await sleep(breakMilliseconds);
  loadSecretsManager();
  await sleep(breakMilliseconds);
  metrics?.load();
  return { openCache, openObjectsCache, closeCache, verifyReached, Database, migrate, keepContracting };
}
