// What the app is measured against: programs that answer the same article to who is signed in, each as its makers advise.
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { join } from 'node:path';
import { getFreePort, type RealCache, untilTrue } from '../web/real-servers';

export const peers = ['limit', 'express', 'fastify'] as const;
export type Peer = (typeof peers)[number];

/** Where each of them finds the page: kept whole, so that they have less to do than we have. */
export async function keepPage(cache: RealCache, articleId: number, page: string): Promise<void> {
  const client = cache.open();
  await client.set(`page:${articleId}`, page);
  client.disconnect();
}

interface PeerOptions {
  node: string;
  cache: RealCache;
  spawn(command: readonly [string, ...string[]], options: SpawnOptions): ChildProcess;
}

export interface RunningPeer {
  readonly port: number;
  readonly child: ChildProcess;
}

/** Settles when it answers. */
export async function startPeer(peer: Peer, { node, cache, spawn }: PeerOptions): Promise<RunningPeer> {
  const port = await getFreePort();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    CACHE_URL: `redis://${cache.username}:${cache.password}@127.0.0.1:${cache.port}`,
  };
  const child = spawn([node, '--import', 'tsx', join(__dirname, 'peers', `${peer}.ts`)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const isThere = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/articles/0`).then(
      () => true,
      () => false,
    );
  await untilTrue(`the peer ${peer}`, isThere, child);
  return { port, child };
}

/** @returns the cookie that it gave */
export async function signInAtPeer(port: number): Promise<string> {
  const { status, headers } = await fetch(`http://127.0.0.1:${port}/session`, { method: 'POST' });
  const [cookie] = headers.getSetCookie();
  if (status !== 204 || !cookie) throw new Error(`A peer must sign in whoever asks, got: ${status}`);
  return cookie.slice(0, cookie.indexOf(';'));
}
