// Every peer answers what the app answers, and to the same people: else comparing how fast they are would compare nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type RunningClone, runClone, type Servers, signIn, startServers, untilReady } from '../web/running-clones';
import { keepPage, peers, signInAtPeer, startPeer } from './peers';
import { writeArticle } from './web/article';

describe('an article', () => {
  const children: ChildProcess[] = [];
  let servers: Servers;
  let clone: RunningClone;
  let articleId: number;
  let page: string;

  beforeAll(async () => {
    servers = await startServers('mysql');
    clone = await runClone(servers.env, 'clone');
    await untilReady(clone);
    const visitor = await signIn(clone.url, 'ada');
    ({ articleId, page } = await writeArticle(clone.url, visitor));
    await keepPage(servers.sessions, articleId, page);
  });
  afterAll(async () => {
    await Promise.all(
      children.map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }),
    );
    await clone?.stop(0);
    await servers?.stop();
  });

  test.each(peers)('is the same at %s, for who is signed in and nobody else', async (peer) => {
    const { port, child } = await startPeer(peer, {
      node: process.execPath,
      cache: servers.sessions,
      spawn: ([file, ...args], options) => spawn(file, args, options),
    });
    children.push(child);
    const ask = (id: number, headers: Record<string, string>): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/articles/${id}`, { headers });
    const cookie = await signInAtPeer(port);

    const answer = await ask(articleId, { cookie });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.text()).toBe(page);
    expect((await ask(articleId + 1, { cookie })).status).toBe(404);

    const invented = { cookie: cookie.replace(/=.*/, `=${'A'.repeat(43)}`) };
    for (const headers of [{} as Record<string, string>, invented]) {
      const refusal = await ask(articleId, headers);
      expect(refusal.status).toBe(401);
      expect(await refusal.text()).not.toContain('The article');
    }
  });
});
