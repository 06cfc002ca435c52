// The app as people and programs use it: two clones that must be as one, over real servers.
import { type RealEngine, startEngine } from './cache/real-engines';
import {
  password,
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  Visitor,
} from './running-clones';

let servers: Servers;
let one: RunningClone;
let two: RunningClone;

beforeAll(async () => {
  servers = await startServers('mysql');
  [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
  await Promise.all([untilReady(one), untilReady(two)]);
});

afterAll(async () => {
  await Promise.all([one.stop(0), two.stop(0)]);
  await servers.stop();
});

describe('health', () => {
  test('a clone says that it lives, that it is ready, and who it is', async () => {
    const live = await fetch(`${one.url}/-/live`);
    expect([live.status, await live.json()]).toEqual([200, { live: true, draining: false }]);
    const ready = await fetch(`${one.url}/-/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, missing: [] }]);
    const identity = (await (await fetch(`${two.url}/-/identity`)).json()) as Record<string, string>;
    expect(identity).toEqual({ clone: 'clone-2', release: 'source', startedAt: expect.any(String) });
    expect(new Date(identity.startedAt ?? '').toISOString()).toBe(identity.startedAt);
  });

  test('asking for it makes no session, not even with a cookie', async () => {
    const cache = servers.sessions.open();
    const before = await cache.dbsize();
    for (const path of ['/-/live', '/-/ready', '/-/identity', '/', '/login', '/nowhere']) {
      const response = await fetch(`${one.url}${path}`, { headers: { cookie: `session=${'A'.repeat(43)}` } });
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(await cache.dbsize()).toBe(before);
    cache.disconnect();
  });
});

describe('every answer', () => {
  const requests: [string, string, RequestInit, number][] = [
    ['a page', '/', {}, 200],
    ['a page that is not there', '/nowhere', {}, 404],
    ['an article that is not there', '/articles/999999', {}, 404],
    ['what cannot be an address', '/%E0%A4%A', {}, 400],
    ['an API call without a session', '/api/me', {}, 401],
    ['broken JSON', '/api/users', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }, 400],
    [
      'another type',
      '/api/users',
      { method: 'POST', headers: { 'content-type': 'text/xml', origin: '' }, body: '<a/>' },
      403,
    ],
    [
      'too much',
      '/api/users',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(300_000)}"` },
      413,
    ],
    ['another site', '/login', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['the health check', '/-/live', {}, 200],
  ];

  test.each(requests)('to %s names the clone and forbids what is not needed', async (_what, path, init, status) => {
    const response = await fetch(`${one.url}${path}`, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-clone')).toBe('clone-1');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('same-origin');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.text()).not.toMatch(/node_modules|at .*\.ts|mysql|redis/i);
  });

  test('to what is not HTTP at all names the clone too', async () => {
    const { connect } = await import('node:net');
    const socket = connect(one.port, '127.0.0.1');
    socket.end('this is no request\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nx-clone: clone-1\r\n/);
    expect(answer).toContain('connection: close');
  });

  test('with https promises it for a year, and without does not', async () => {
    const secure = await runClone({ ...servers.env, https: true }, 'clone-3');
    const response = await fetch(`${secure.url}/-/live`);
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    await secure.stop(0);
    expect((await fetch(`${one.url}/-/live`)).headers.has('strict-transport-security')).toBe(false);
  });
});

describe('for programs', () => {
  test('signed in at one clone is signed in at the other, until signed out', async () => {
    const ada = await signIn(one.url, 'Ada.1815');
    const me = await ada.send(`${two.url}/api/me`);
    expect([me.status, await me.json()]).toEqual([200, { id: expect.any(Number), name: 'Ada.1815' }]);
    const { cookie } = ada;
    expect((await ada.send(`${two.url}/api/session`, 'DELETE')).status).toBe(204);
    const stolen = new Visitor();
    stolen.cookie = cookie;
    expect((await stolen.send(`${one.url}/api/me`)).status).toBe(401);
  });

  test('signing in makes a new id and ends the old session', async () => {
    const ada = await signIn(one.url, 'ada-again');
    const old = new Visitor();
    old.cookie = ada.cookie;
    await ada.send(`${two.url}/api/session`, 'POST', { name: 'ada-again', password });
    expect(ada.cookie).not.toBe(old.cookie);
    expect((await old.send(`${one.url}/api/me`)).status).toBe(401);
    expect((await ada.send(`${one.url}/api/me`)).status).toBe(200);
  });

  test('an id that the visitor brought along is never used', async () => {
    await signIn(one.url, 'victim');
    const visitor = new Visitor();
    visitor.cookie = `session=${'A'.repeat(43)}`;
    await visitor.send(`${one.url}/api/session`, 'POST', { name: 'victim', password });
    expect(visitor.cookie).not.toContain('A'.repeat(43));
    expect((await fetch(`${one.url}/api/me`, { headers: { cookie: `session=${'A'.repeat(43)}` } })).status).toBe(401);
  });

  test('the cookie is the browser’s to send and nobody’s to read', async () => {
    const plain = await signIn(one.url, 'plain');
    expect(plain.received.at(-1)).toMatch(/^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = await runClone({ ...servers.env, https: true }, 'clone-3');
    await untilReady(secure);
    const locked = await signIn(secure.url, 'locked');
    expect(locked.received.at(-1)).toMatch(/^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    await secure.stop(0);
  });

  test('an article is written, read by everybody and changed by its author only', async () => {
    const [ada, bob] = [await signIn(one.url, 'author'), await signIn(one.url, 'reader')];
    const created = await ada.send(`${one.url}/api/articles`, 'POST', {
      title: ' On engines ',
      body: 'One.\r\n\r\nTwo.',
    });
    const { id } = (await created.json()) as { id: number };
    expect([created.status, created.headers.get('location')]).toEqual([201, `/api/articles/${id}`]);
    const read = await (await fetch(`${two.url}/api/articles/${id}`)).json();
    expect(read).toMatchObject({
      id,
      title: 'On engines',
      body: 'One.\n\nTwo.',
      author: 'author',
      html: '<p>One.</p>\n<p>Two.</p>\n',
    });
    const change = { title: 'On engines', body: 'Three.' };
    expect((await bob.send(`${two.url}/api/articles/${id}`, 'PUT', change)).status).toBe(403);
    expect(
      (
        await fetch(`${two.url}/api/articles/${id}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(401);
    expect((await ada.send(`${two.url}/api/articles/999999`, 'PUT', change)).status).toBe(404);
    expect((await ada.send(`${two.url}/api/articles/${id}`, 'PUT', change)).status).toBe(200);
    expect(await (await fetch(`${one.url}/api/articles/${id}`)).json()).toMatchObject({ body: 'Three.' });
  });

  test('0 of 200 changes are read stale right after, by anybody at any clone', async () => {
    const ada = await signIn(one.url, 'fast-writer');
    const created = await ada.send(`${one.url}/api/articles`, 'POST', { title: 'Fast', body: 'start' });
    const { id } = (await created.json()) as { id: number };
    let stale = 0;
    for (let round = 0; round < 100; round++) {
      const body = `round ${round}`;
      await ada.send(`${[one, two][round % 2]?.url}/api/articles/${id}`, 'PUT', { title: 'Fast', body });
      const readers = [fetch(`${one.url}/api/articles/${id}`), fetch(`${two.url}/api/articles/${id}`)];
      for (const reader of readers) {
        if (((await (await reader).json()) as { body: string }).body !== body) stale++;
      }
    }
    expect(stale).toBe(0);
  });

  test('what is wrong with the input is said field by field', async () => {
    const response = await new Visitor().send(`${one.url}/api/users`, 'POST', { name: 'no', password: 'short' });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await response.json()).toEqual({
      title: 'Bad Request',
      status: 400,
      detail: 'name must have at least 3 characters; password must have at least 8 characters',
      errors: [
        { field: 'name', detail: 'must have at least 3 characters' },
        { field: 'password', detail: 'must have at least 8 characters' },
      ],
    });
  });

  test.each(['a', 'a'.repeat(33), 'with space', '.dot', 'dot.', 'ünïcode', '<b>'])('%j is no name', async (name) => {
    expect((await new Visitor().send(`${one.url}/api/users`, 'POST', { name, password })).status).toBe(400);
  });

  test('a name is taken once, whatever its letters’ case', async () => {
    await signIn(one.url, 'unique');
    const again = await new Visitor().send(`${two.url}/api/users`, 'POST', { name: 'UNIQUE', password });
    expect([again.status, await again.json()]).toMatchObject([
      409,
      { errors: [{ field: 'name', detail: 'is already taken' }] },
    ]);
  });

  test('a wrong password and an unknown name get the same answer', async () => {
    await signIn(one.url, 'known');
    const answers = await Promise.all(
      [
        { name: 'known', password: 'wrong horse' },
        { name: 'nobody', password },
      ].map(async (body) => {
        const response = await new Visitor().send(`${one.url}/api/session`, 'POST', body);
        return [response.status, response.headers.get('set-cookie'), await response.json()];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(401);
  });
});

describe('with objects on memcached', () => {
  let server: RealEngine;
  let clones: RunningClone[];

  beforeAll(async () => {
    server = await startEngine('memcached');
    const objects = { host: '127.0.0.1', port: server.port };
    const env = { ...servers.env, objects, objectsEngine: 'memcached' as const };
    clones = await Promise.all(['clone-4', 'clone-5'].map((id) => runClone(env, id)));
    await Promise.all(clones.map(untilReady));
  });

  afterAll(async () => {
    await Promise.all(clones.map((clone) => clone.stop(0)));
    await server.stop();
  });

  test('an article is as fresh as ever, and is there when memcached is gone', async () => {
    const [three, four] = clones as [RunningClone, RunningClone];
    const ada = await signIn(three.url, 'memcached');
    const created = await ada.send(`${three.url}/api/articles`, 'POST', { title: 'Fast', body: 'start' });
    const path = created.headers.get('location') ?? '';
    for (let round = 0; round < 20; round++) {
      await ada.send(`${three.url}${path}`, 'PUT', { title: 'Fast', body: `round ${round}` });
      const read = await Promise.all([three, four].map(async ({ url }) => (await fetch(`${url}${path}`)).json()));
      expect(read).toMatchObject([{ body: `round ${round}` }, { body: `round ${round}` }]);
    }
    await server.stop();
    const read = await fetch(`${four.url}${path}`);
    expect([read.status, await read.json()]).toMatchObject([200, { body: 'round 19' }]);
  });
});

describe('for people', () => {
  test('registering, writing, editing and signing out need no script', async () => {
    const grace = new Visitor();
    const registered = await grace.submit(`${one.url}/register`, { name: 'grace', password });
    expect([registered.status, registered.headers.get('location')]).toEqual([303, '/']);
    expect(await (await grace.send(`${two.url}/`)).text()).toContain('<span class="who">grace</span>');

    const written = await grace.submit(`${two.url}/articles/new`, {
      title: 'A <b>bold</b> claim',
      body: 'First.\r\n\r\n<script>',
    });
    expect(written.status).toBe(303);
    const path = written.headers.get('location') ?? '';
    const page = await (await grace.send(`${one.url}${path}`)).text();
    expect(page).toContain('<h1>A &lt;b&gt;bold&lt;/b&gt; claim</h1>');
    expect(page).toContain('<p>First.</p>\n<p>&lt;script&gt;</p>');
    expect(page).not.toContain('<script');
    expect(page).toContain(`href="${path}/edit"`);
    expect(await (await grace.send(`${one.url}/`)).text()).toContain(`<a href="${path}">`);

    const form = await (await grace.send(`${one.url}${path}/edit`)).text();
    expect(form).toContain('value="A &lt;b&gt;bold&lt;/b&gt; claim"');
    const edited = await grace.submit(`${two.url}${path}/edit`, { title: 'Calmer', body: 'Changed.' });
    expect([edited.status, edited.headers.get('location')]).toEqual([303, path]);
    expect(await (await fetch(`${one.url}${path}`)).text()).toContain('<p>Changed.</p>');

    const out = await grace.submit(`${one.url}/logout`, {});
    expect([out.status, grace.cookie]).toEqual([303, '']);
    expect(await (await grace.send(`${one.url}${path}`)).text()).not.toContain('/edit');
    const back = await grace.submit(`${one.url}/login`, { name: 'grace', password });
    expect([back.status, back.headers.get('location')]).toEqual([303, '/']);
  });

  test('a form comes back with what was typed, except the password, and with what was wrong', async () => {
    const response = await new Visitor().submit(`${one.url}/register`, { name: '"<x>', password: 'seven77' });
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(page).toContain('value="&quot;&lt;x&gt;"');
    expect(page).not.toContain('seven77');
    expect(page).toContain('<p class="wrong" id="password-problem">Password must have at least 8 characters.</p>');
    expect(page).toContain('aria-describedby="name-hint name-problem"');
  });

  test('a wrong password is said on the page', async () => {
    const response = await new Visitor().submit(`${one.url}/login`, { name: 'nobody', password });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('role="alert">There is no user with this name and password.</p>');
  });

  test('whoever is not signed in is asked to before writing', async () => {
    const response = await new Visitor().send(`${one.url}/articles/new`);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
  });

  test('only the author is shown the form to edit', async () => {
    const ada = await signIn(one.url, 'owner');
    const { id } = (await (
      await ada.send(`${one.url}/api/articles`, 'POST', { title: 'Mine', body: 'Mine.' })
    ).json()) as { id: number };
    const bob = await signIn(one.url, 'stranger');
    expect((await bob.send(`${one.url}/articles/${id}/edit`)).status).toBe(403);
    expect((await bob.submit(`${one.url}/articles/${id}/edit`, { title: 'Ours', body: 'Ours.' })).status).toBe(403);
  });

  test('what is not there is a page, in words', async () => {
    const response = await fetch(`${one.url}/articles/999999`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await response.text()).toContain('There is no such article.');
  });

  test('the style sheet is kept by browsers only under its own digest', async () => {
    const page = await (await fetch(`${one.url}/`)).text();
    const path = /\/assets\/site\.css\?[0-9a-f]{16}/.exec(page)?.[0] ?? '';
    const style = await fetch(`${two.url}${path}`);
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(style.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const other = await fetch(`${two.url}/assets/site.css?0123456789abcdef`);
    expect([other.status, other.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect((await fetch(`${two.url}/assets/..%2Fenv.ts`)).status).toBe(404);
  });

  test('the newest come first, twenty to a page', async () => {
    const ada = await signIn(one.url, 'prolific');
    for (let n = 1; n <= 21; n++)
      await ada.send(`${one.url}/api/articles`, 'POST', { title: `Number ${n}`, body: 'x' });
    const first = await (await ada.send(`${two.url}/`)).text();
    const titles = [...first.matchAll(/>(Number \d+)<\/a>/g)].map((match) => match[1]);
    expect(titles).toEqual(Array.from({ length: 20 }, (_, n) => `Number ${21 - n}`));
    const older = /href="(\/\?before=\d+)"/.exec(first)?.[1] ?? '';
    expect(await (await ada.send(`${two.url}${older}`)).text()).toContain('>Number 1</a>');
  });
});
