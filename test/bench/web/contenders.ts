// Our app and its peers, each one process over the same servers, with the request that all of them are asked.
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseFiles } from '../../../lib/config/names';
import { toNodeFlags } from '../../../lib/release/sandbox';
import { unpackRelease } from '../../../lib/release/unpack';
import { packHere } from '../../release/pack-here';
import { getFreePort, untilTrue } from '../../web/real-servers';
import { type Servers, signIn } from '../../web/running-clones';
import { toCloneEnv } from '../clone-env';
import { keepPage, type Peer, peers, signInAtPeer, startPeer } from '../peers';
import type { Workshop } from '../workshop';
import { writeArticle } from './article';
import { askMemory, type Held } from './memory';

export interface Contender {
  readonly name: 'ours' | Peer;
  readonly child: ChildProcess;
  readonly port: number;
  /** As it is sent, with the cookie of who is signed in. */
  readonly request: string;
  /** What every answer must hold. */
  readonly bodyFile: string;
}

export interface Contenders {
  /** Ours is the first, the limit the second. */
  readonly all: readonly [Contender, Contender, ...Contender[]];
  readonly articleId: number;
  /** What our process held before anybody came. */
  readonly rest: Held;
  stop(): Promise<void>;
}

const restMs = 10_000;

/** What makes the process tell what it holds when it is asked. */
const tellMemory = join(__dirname, 'tell-memory.cjs');

/** All by the Node of our release. */
export async function startContenders(workshop: Workshop, servers: Servers): Promise<Contenders> {
  const folder = workshop.createFolder();
  const { entry } = await unpackRelease((await packHere()).file, folder);
  const node = join(folder, releaseFiles.node);
  const { child, port } = await startOurs(workshop, servers, [
    ...[node, '--expose-gc', ...toNodeFlags(folder), `--allow-fs-read=${tellMemory}`, `--require=${tellMemory}`],
    join(folder, entry),
  ]);

  await delay(restMs);
  const rest = await askMemory(child);
  const url = `http://127.0.0.1:${port}`;
  const visitor = await signIn(url, 'ada');
  const { articleId, page } = await writeArticle(url, visitor);
  const bodyFile = join(folder, 'page.html');
  writeFileSync(bodyFile, page);
  const toRequest = (cookie: string): string =>
    `GET /articles/${articleId} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`;

  await keepPage(servers.sessions, articleId, page);
  const others: Contender[] = [];
  for (const name of peers) {
    const spawn: Workshop['spawn'] = (command, options) => workshop.spawn(command, options);
    const peer = await startPeer(name, { node, cache: servers.sessions, spawn });
    others.push({ name, ...peer, request: toRequest(await signInAtPeer(peer.port)), bodyFile });
  }
  const ours: Contender = { name: 'ours', child, port, request: toRequest(visitor.cookie), bodyFile };
  return {
    all: [ours, ...others] as unknown as Contenders['all'],
    articleId,
    rest,
    stop: async () => {
      await Promise.all([ours, ...others].map((contender) => workshop.stop(contender.child, 'SIGINT')));
    },
  };
}

async function startOurs(
  workshop: Workshop,
  servers: Servers,
  command: string[],
): Promise<Pick<Contender, 'child' | 'port'>> {
  const port = await getFreePort();
  const env = toCloneEnv(
    {
      port,
      sessions: servers.sessions.port,
      objects: servers.objects.port,
      primary: servers.database.primaryPort,
      replica: servers.database.replicaPort,
    },
    { AWS_ENDPOINT_URL: servers.secrets.url, AWS_ENDPOINT_URL_S3: servers.bucket.url },
  );
  const child = workshop.spawn(command as [string, ...string[]], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await untilTrue('our app to be ready', isReady, child);
  return { child, port };
}
