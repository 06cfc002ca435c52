// The objects cache on real servers of both engines: a contract test runs on each.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { provideProgram } from '../../../lib/local/programs/provide';
import type { Engine } from '../../../lib/web/cache/engine';
import { Connection } from '../../../lib/web/cache/memcached/connection';
import { Memcached } from '../../../lib/web/cache/memcached/memcached';
import { createMemcachedEngine } from '../../../lib/web/cache/memcached/memcached-engine';
import { openObjectsCache } from '../../../lib/web/cache/open-objects-cache';
import { createRedisEngine } from '../../../lib/web/cache/redis/redis-engine';
import { closeCache } from '../../../lib/web/caches';
import type { ObjectsEngine } from '../../../lib/web/env';
import type { Secret } from '../../../lib/web/secrets';
import { project, serversFolder } from '../../provide-servers';
import { pauseProcess } from '../paused';
import { getFreePort, startCache, untilTrue } from '../real-servers';

export const engines: ObjectsEngine[] = ['redis', 'memcached'];

export interface OpenEngine {
  engine: Engine;
  close(): Promise<void>;
}

export interface RealEngine {
  name: ObjectsEngine;
  port: number;
  /** With more time than a clone has: a slow machine is no failure. */
  open(): Promise<OpenEngine>;
  openAsClone(): Promise<OpenEngine>;
  /** Loses everything, as a cache may. */
  forget(): Promise<void>;
  /** Makes it hang: connections stay open, and nothing comes back until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

const toSecret = (username: string, password: string): Secret => {
  const credentials = async () => ({ username, password });
  return { get: credentials, renew: credentials } as unknown as Secret;
};

const openAsClone = (name: ObjectsEngine, port: number, secret: Secret): Promise<OpenEngine> =>
  openObjectsCache(name, { endpoint: { host, port }, secret, tls: false, onError: () => {} });

async function startRedis(): Promise<RealEngine> {
  const server = await startCache();
  const { port, username, password, pause, resume, stop } = server;
  return {
    name: 'redis',
    port,
    open: async () => {
      const client = await server.openAsApp();
      return { engine: createRedisEngine(client), close: () => closeCache(client) };
    },
    openAsClone: () => openAsClone('redis', port, toSecret(username, password)),
    forget: async () => {
      const client = server.open();
      await client.flushall();
      client.disconnect();
    },
    pause,
    resume,
    stop,
  };
}

async function startMemcached(): Promise<RealEngine> {
  const port = await getFreePort();
  const child = await runMemcached(port);
  const open = async (): Promise<OpenEngine> => {
    const endpoint = { host, port };
    const connection = new Connection({
      ...{ endpoint, tls: false, timeoutMilliseconds: 5_000 },
      toRetryDelay: () => 20,
      onError: () => {},
    });
    await connection.connect();
    const memcached = new Memcached(connection);
    await untilTrue('memcached to answer', () => isDone(memcached.verifyReached()), child);
    return { engine: createMemcachedEngine(memcached), close: async () => memcached.close() };
  };
  await (await open()).close();
  return {
    name: 'memcached',
    port,
    open,
    openAsClone: () => openAsClone('memcached', port, toSecret('', '')),
    forget: async () => {
      const socket = connect(port, host);
      socket.write('flush_all\r\n');
      await once(socket, 'data');
      socket.destroy();
    },
    pause: () => pauseProcess(child.pid as number),
    resume: () => child.kill('SIGCONT'),
    stop: () => endMemcached(child),
  };
}

const starters: Record<ObjectsEngine, () => Promise<RealEngine>> = { redis: startRedis, memcached: startMemcached };

export const startEngine = (name: ObjectsEngine): Promise<RealEngine> => starters[name]();

/** @param more arguments */
export async function runMemcached(port: number, more: readonly string[] = []): Promise<ChildProcess> {
  const { command } = await provideProgram('memcached', { project, serversFolder, env: { PATH: process.env.PATH } });
  const [program, ...before] = command;
  const asRoot = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const args = ['-l', host, '-p', String(port), '-U', '0', '-m', '64', ...asRoot, ...more];
  return spawn(program, [...before, ...args], { stdio: 'ignore' });
}

export async function endMemcached(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

export const isDone = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
