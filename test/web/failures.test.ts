// What people see while something is down: never "signed out", never a stack, and an answer in time.

import { cacheModes, type RealCache, untilTrue } from './real-servers';
import {
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  type Visitor,
} from './running-clones';

describe.each(cacheModes)('with the sessions cache in %s mode', (mode) => {
  let servers: Servers;
  let clone: RunningClone;
  let ada: Visitor;
  let article: string;

  beforeAll(async () => {
    servers = await startServers('mysql', mode);
    clone = await runClone(servers.env, 'clone-1');
    await untilReady(clone);
    ada = await signIn(clone.url, 'ada');
    const created = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'On engines', body: 'One.' });
    article = created.headers.get('location') ?? '';
  });

  afterAll(async () => {
    await clone?.stop(0);
    await servers?.stop();
  });

  const ready = async (url: string): Promise<unknown> => {
    const response = await fetch(`${url}/-/ready`);
    return [response.status, await response.json()];
  };

  async function whilePaused<T>(cache: RealCache, work: () => Promise<T>): Promise<T> {
    cache.pause();
    try {
      return await work();
    } finally {
      cache.resume();
      await untilTrue('the session to be back', async () => (await ada.send(`${clone.url}/api/me`)).status !== 503);
    }
  }

  test('an answer that is not there by the deadline is a 503 that says so, and the clone goes on', async () => {
    const hasty = await runClone(servers.env, 'clone-2', undefined, 200);
    await untilReady(hasty);
    await whilePaused(servers.sessions, async () => {
      const late = await ada.send(`${hasty.url}/api/me`);
      expect([late.status, late.headers.get('retry-after'), late.headers.get('content-type')]).toEqual([
        ...[503, '2', 'application/problem+json; charset=utf-8'],
      ]);
      expect(await late.json()).toMatchObject({ detail: expect.stringContaining('This took too long.') });
    });
    await untilTrue('it to answer', async () => (await ada.send(`${hasty.url}/api/me`)).status === 200);
    await hasty.stop(0);
  });

  test('before anything is reached a clone lives, and says what it is missing', async () => {
    const nowhere = { host: '127.0.0.1', port: 1 };
    const env = { ...servers.env, sessions: nowhere, primary: nowhere, replicas: [] };
    const lonely = await runClone(env, 'clone-2');
    expect((await fetch(`${lonely.url}/-/live`)).status).toBe(200);
    await untilTrue('the objects cache', async () => {
      const [, body] = (await ready(lonely.url)) as [number, { missing: string[] }];
      return !body.missing.includes('objects');
    });
    expect(await ready(lonely.url)).toEqual([503, { ready: false, missing: ['sessions', 'database', 'schema'] }]);
    const page = await fetch(`${lonely.url}/`);
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await page.text()).toContain('The database cannot be reached now; try again.');
    await lonely.stop(0);
  });

  test('a clone that starts before its servers reaches them when they come', async () => {
    const arn = servers.env.databaseSecret;
    const secret = servers.secrets.secrets.get(arn) ?? {};
    servers.secrets.secrets.delete(arn);
    const early = await runClone(servers.env, 'clone-2');
    await untilTrue('the caches', async () => {
      const [, body] = (await ready(early.url)) as [number, { missing: string[] }];
      return body.missing.length === 2;
    });
    servers.secrets.secrets.set(arn, secret);
    await untilReady(early);
    await early.stop(0);
  });

  test('credentials that were refused are read again', async () => {
    const arn = servers.env.databaseSecret;
    const secret = servers.secrets.secrets.get(arn) ?? {};
    servers.secrets.secrets.set(arn, { ...secret, password: 'not yet rotated' });
    const early = await runClone(servers.env, 'clone-2');
    await untilTrue('the first refusal', async () => servers.secrets.asked.at(-1) === arn);
    servers.secrets.secrets.set(arn, secret);
    await untilReady(early);
    await early.stop(0);
  });

  test('while the sessions cache hangs nobody is anonymous, and no cookie is touched', async () => {
    await whilePaused(servers.sessions, async () => {
      const isForEverybody = (path: string): boolean => ['/', article].includes(path);
      for (const path of ['/api/me', '/', '/stream', article]) {
        const start = performance.now();
        const response = await ada.send(`${clone.url}${path}`);
        const answer = [response.status, response.headers.get('retry-after')];
        expect(answer).toEqual(isForEverybody(path) ? [200, null] : [503, '2']);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(performance.now() - start).toBeLessThan(10_000);
      }
    });
    expect((await ada.send(`${clone.url}/api/me`)).status).toBe(200);
  });

  test('while the sessions cache hangs visitors without a cookie are served', async () => {
    const response = await whilePaused(servers.sessions, () => fetch(`${clone.url}${article}`));
    expect(response.status).toBe(200);
  });

  test('signing out while the sessions cache hangs is not claimed to have worked', async () => {
    const response = await whilePaused(servers.sessions, () => ada.send(`${clone.url}/api/session`, 'DELETE'));
    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
  });

  test('while the objects cache hangs articles are read and written all the same', async () => {
    await whilePaused(servers.objects, async () => {
      const start = performance.now();
      expect((await fetch(`${clone.url}${article}`)).status).toBe(200);
      const written = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'Another', body: 'Two.' });
      expect(written.status).toBe(201);
      expect(
        (await ada.send(`${clone.url}${written.headers.get('location')}`, 'PUT', { title: 'x', body: 'y' })).status,
      ).toBe(200);
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  });

  test('while the primary is locked writes are refused in time, and reads go on', async () => {
    await servers.database.administer('primary', 'SET GLOBAL read_only = ON');
    try {
      const written = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'Another', body: 'Two.' });
      expect([written.status, written.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await written.json()).toEqual({
        title: 'Service Unavailable',
        status: 503,
        detail: 'The database cannot be reached now; try again.',
      });
      expect((await fetch(`${clone.url}${article}`)).status).toBe(200);
    } finally {
      await servers.database.administer('primary', 'SET GLOBAL read_only = OFF');
    }
    expect((await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'Another', body: 'Two.' })).status).toBe(201);
  });

  // Last: nothing comes back after it.
  test('when the database is gone the clone lives, stays ready, and asks to come back', async () => {
    await servers.database.stop();
    const written = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'Another', body: 'Two.' });
    expect([written.status, written.headers.get('retry-after')]).toEqual([503, '2']);
    const page = await ada.send(`${clone.url}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    expect((await fetch(`${clone.url}/-/live`)).status).toBe(200);
    expect((await ada.send(`${clone.url}/api/me`)).status).toBe(200);
  });
});
