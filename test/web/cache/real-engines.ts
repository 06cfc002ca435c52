// The objects cache on real servers of both engines: a contract test runs on each.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Engine } from '../../../lib/web/cache/engine';
import { openObjectsCache } from '../../../lib/web/cache/open';
import type { ObjectsEngine } from '../../../lib/web/env';
import type { Secret } from '../../../lib/web/secrets';
import { getFreePort, startCache, untilTrue } from '../real-servers';

export const engines: ObjectsEngine[] = ['redis', 'memcached'];

export interface OpenEngine {
  engine: Engine;
  close(): Promise<void>;
}

export interface RealEngine {
  name: ObjectsEngine;
  port: number;
  /** As one clone has it. */
  open(): Promise<OpenEngine>;
  /** Loses everything, as a cache may. */
  forget(): Promise<void>;
  /** Makes it hang: connections stay open, and nothing comes back until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const secret = (username: string, password: string): Secret => {
  const credentials = async () => ({ username, password });
  return { get: credentials, renew: credentials } as unknown as Secret;
};

const host = '127.0.0.1';

const toOpen = (name: ObjectsEngine, port: number, known: Secret) => async (): Promise<OpenEngine> => {
  const cache = await openObjectsCache(name, {
    endpoint: { host, port },
    secret: known,
    tls: false,
    onError: () => {},
  });
  await untilTrue(`${name} to answer`, () =>
    cache.verifyReached().then(
      () => true,
      () => false,
    ),
  );
  return cache;
};

const starters: Record<ObjectsEngine, () => Promise<RealEngine>> = {
  redis: async () => {
    const server = await startCache();
    const { port, username, password, pause, resume, stop } = server;
    const open = toOpen('redis', port, secret(username, password));
    const forget = async (): Promise<void> => {
      const client = server.open();
      await client.flushall();
      client.disconnect();
    };
    return { name: 'redis', port, open, forget, pause, resume, stop };
  },
  memcached: async () => {
    const port = await getFreePort();
    const child = startMemcached(port);
    const open = toOpen('memcached', port, secret('', ''));
    await (await open()).close();
    return {
      name: 'memcached',
      port,
      open,
      forget: async () => {
        const socket = connect(port, host);
        socket.write('flush_all\r\n');
        await once(socket, 'data');
        socket.destroy();
      },
      pause: () => child.kill('SIGSTOP'),
      resume: () => child.kill('SIGCONT'),
      stop: () => stopMemcached(child),
    };
  },
};

export const startEngine = (name: ObjectsEngine): Promise<RealEngine> => starters[name]();

/** @param more arguments */
export function startMemcached(port: number, more: readonly string[] = []): ChildProcess {
  const asRoot = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  return spawn('memcached', ['-l', host, '-p', String(port), '-U', '0', '-m', '64', ...asRoot, ...more], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/bin` },
    stdio: 'ignore',
  });
}

export async function stopMemcached(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
