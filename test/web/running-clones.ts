// Clones of the app in this process, over one set of real servers.
import { join } from 'node:path';
import { type Clone, startClone } from '../../lib/web/clone';
import type { CacheMode, WebEnv } from '../../lib/web/env';
import { getRunningRelease } from '../../lib/web/running-release';
import type { SessionLimits } from '../../lib/web/sessions';
import { cloneKey, type RealBucket, startBucket } from './real-bucket';
import { type Flavour, type RealCache, type RealDatabase, startCache, startDatabase, untilTrue } from './real-servers';
import { type SecretsStandIn, startSecretsStandIn } from './secrets-stand-in';

const arn = (name: string): string => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;

export interface Servers {
  database: RealDatabase;
  sessions: RealCache;
  objects: RealCache;
  secrets: SecretsStandIn;
  bucket: RealBucket;
  env: WebEnv;
  stop(): Promise<void>;
}

export async function startServers(flavour: Flavour, sessionsMode: CacheMode = 'single'): Promise<Servers> {
  const [database, sessions, objects, secrets, bucket] = await Promise.all([
    startDatabase(flavour),
    startCache({ mode: sessionsMode }),
    startCache(),
    startSecretsStandIn(),
    startBucket(),
  ]);
  secrets.secrets.set(arn('caches'), { username: sessions.username, password: sessions.password });
  const { username, password } = database;
  secrets.secrets.set(arn('database'), { username, password, dbname: database.database });
  // As the SDK reads them: the app knows of no endpoint.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: secrets.url,
    AWS_ENDPOINT_URL_S3: bucket.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: cloneKey,
    AWS_SECRET_ACCESS_KEY: cloneKey,
  });
  const local = (port: number) => ({ host: '127.0.0.1', port });
  const env: WebEnv = {
    stage: 'dev',
    cloneId: 'clone',
    listen: '127.0.0.1',
    port: 0,
    sessions: local(sessions.port),
    sessionsMode,
    objects: local(objects.port),
    objectsEngine: 'redis',
    cacheSecret: arn('caches'),
    primary: local(database.primaryPort),
    replicas: [local(database.replicaPort)],
    databaseSecret: arn('database'),
    pictures: bucket.bucket.name,
    poolSize: 10,
    tls: false,
    https: false,
    drainSeconds: 0,
    stopSeconds: 35,
    keepAliveSeconds: 72,
  };
  const stop = async (): Promise<void> => {
    await Promise.all([database, sessions, objects, secrets, bucket].map((server) => server.stop()));
  };
  return { database, sessions, objects, secrets, bucket, env, stop };
}

export interface RunningClone extends Clone {
  url: string;
}

/** A clone that listens; `ready` waits until it has reached everything. */
export async function runClone(
  env: WebEnv,
  cloneId: string,
  sessionLimits?: SessionLimits,
  deadlineMilliseconds?: number,
): Promise<RunningClone> {
  const running = getRunningRelease(join(__dirname, '../../bin'));
  const limits = { sessionLimits, deadlineMilliseconds };
  const clone = await startClone({ env: { ...env, cloneId }, running, logLevel: 'silent', ...limits });
  return { ...clone, url: `http://127.0.0.1:${clone.port}` };
}

export const untilReady = (clone: RunningClone): Promise<void> =>
  untilTrue('the clone to be ready', async () => (await fetch(`${clone.url}/-/ready`)).status === 200);

/** Somebody with a cookie, who speaks JSON or sends forms. */
export class Visitor {
  cookie = '';
  /** Set-Cookie headers as they came. */
  readonly received: string[] = [];

  async send(url: string, method = 'GET', body?: unknown): Promise<Response> {
    return this.#fetch(url, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** As a browser does it from one of our pages. */
  async submit(url: string, fields: Record<string, string>): Promise<Response> {
    return this.#fetch(url, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', origin: new URL(url).origin },
      body: new URLSearchParams(fields),
    });
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), ...(this.cookie && { cookie: this.cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      this.received.push(cookie);
      this.cookie = /Max-Age=0/.test(cookie) ? '' : (cookie.split(';')[0] ?? '');
    }
    return response;
  }
}

export const password = 'correct horse';

/** Registers a new user at one clone and signs in. */
export async function signIn(url: string, name: string): Promise<Visitor> {
  const visitor = new Visitor();
  const registered = await visitor.send(`${url}/api/users`, 'POST', { name, password });
  if (registered.status !== 201) throw new Error(`Registering ${name} failed: ${await registered.text()}`);
  const signedIn = await visitor.send(`${url}/api/session`, 'POST', { name, password });
  if (!signedIn.ok) throw new Error(`Signing in ${name} failed: ${await signedIn.text()}`);
  return visitor;
}
