// Accounts by OWASP ASVS 5, chapter 7 (sessions) at level 2, and against guessing: two clones that must be as one.
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheModes, untilTrue } from './real-servers';
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

describe.each(cacheModes)('with the sessions cache in %s mode', (mode) => {
  let servers: Servers;
  let one: RunningClone;
  let two: RunningClone;
  let names = 0;

  beforeAll(async () => {
    servers = await startServers('mysql', mode);
    [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
    await Promise.all([untilReady(one), untilReady(two)]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([one?.stop(0), two?.stop(0)]);
    await servers?.stop();
  });

  const register = async (): Promise<{ name: string; visitor: Visitor }> => {
    const name = `user-${mode}-${++names}`;
    return { name, visitor: await signIn(one.url, name) };
  };
  const again = async (name: string, clone = two, secret = password): Promise<Visitor> => {
    const visitor = new Visitor();
    await visitor.send(`${clone.url}/api/session`, 'POST', { name, password: secret });
    return visitor;
  };
  const isIn = async (visitor: Visitor, clone = two): Promise<boolean> =>
    (await visitor.send(`${clone.url}/api/me`)).status === 200;
  const list = async (visitor: Visitor) =>
    (await (await visitor.send(`${two.url}/api/me/sessions`)).json()) as {
      key: string;
      isCurrent: boolean;
      agent: string;
    }[];
  const end = (visitor: Visitor, body: object, clone = one) =>
    visitor.send(`${clone.url}/api/me/sessions/end`, 'POST', body);

  test('V7.2.1: a session is believed only when the cache has it, whatever the cookie says', async () => {
    const { visitor } = await register();
    const [name = '', id = ''] = visitor.cookie.split('=');
    for (const value of [
      '',
      `${id}x`,
      id.slice(1),
      id.toLowerCase(),
      'A'.repeat(43),
      `${id}; admin=true`.slice(0, 43),
    ]) {
      const forged = Object.assign(new Visitor(), { cookie: `${name}=${value === id ? `${id}x` : value}` });
      expect(await isIn(forged)).toBe(false);
    }
  });

  test('V7.2.2 and V7.2.3: a session is a random id of 256 bits that the cache does not hold', async () => {
    const { visitor } = await register();
    const id = visitor.cookie.split('=')[1] ?? '';
    expect(Buffer.from(id, 'base64url')).toHaveLength(32);
    const cache = servers.sessions.open();
    const keys = await cache.keys('*');
    cache.disconnect();
    expect(keys.filter((key) => key.includes(id))).toEqual([]);
  });

  test('V7.2.4: signing in gives a new id, and the one from before is dead', async () => {
    const { name, visitor } = await register();
    const before = Object.assign(new Visitor(), { cookie: visitor.cookie });
    await visitor.send(`${two.url}/api/session`, 'POST', { name, password });
    expect(visitor.cookie).not.toBe(before.cookie);
    expect([await isIn(before), await isIn(visitor)]).toEqual([false, true]);
  });

  test('V7.3.1 and V7.3.2: a session ends when nobody uses it, and in the end whatever is done with it', async () => {
    const idle = await runClone(servers.env, 'clone-3', { idleMilliseconds: 300, touchMilliseconds: 1 });
    const absolute = await runClone(servers.env, 'clone-4', { absoluteMilliseconds: 800, touchMilliseconds: 1 });
    await Promise.all([untilReady(idle), untilReady(absolute)]);
    const left = await signIn(idle.url, `idle-${mode}`);
    await untilTrue('the idle session to end', async () => {
      await sleep(400);
      return !(await isIn(left, idle));
    });
    const busy = await signIn(absolute.url, `busy-${mode}`);
    await untilTrue('the busy session to end', async () => !(await isIn(busy, absolute)));
    await Promise.all([idle.stop(0), absolute.stop(0)]);
  });

  test('V7.4.1: whoever signs out is out at every clone, and nowhere else', async () => {
    const { name, visitor } = await register();
    const other = await again(name);
    const kept = Object.assign(new Visitor(), { cookie: visitor.cookie });
    await visitor.send(`${one.url}/api/session`, 'DELETE');
    expect([await isIn(kept, one), await isIn(kept, two), await isIn(other)]).toEqual([false, false, true]);
  });

  test('V7.4.3: another password ends all other sessions, gives this one a new id, and the old one opens nothing', async () => {
    const { name, visitor } = await register();
    const other = await again(name);
    const before = Object.assign(new Visitor(), { cookie: visitor.cookie });
    const next = 'another correct horse';
    const wrong = await visitor.send(`${one.url}/api/me/password`, 'PUT', { password: 'not mine', next });
    expect([wrong.status, await isIn(other)]).toEqual([401, true]);
    expect((await visitor.send(`${one.url}/api/me/password`, 'PUT', { password, next })).status).toBe(204);
    expect([await isIn(other), await isIn(before), await isIn(visitor)]).toEqual([false, false, true]);
    expect([await isIn(await again(name)), await isIn(await again(name, two, next))]).toEqual([false, true]);
  });

  test('V7.4.3: 0 of 15 who sign in with the old password just as it is changed stay in', async () => {
    let stayed = 0;
    for (let round = 0; round < 5; round++) {
      const { name, visitor } = await register();
      const racing = Array.from({ length: 3 }, (_, i) => again(name, i % 2 === 0 ? one : two));
      const next = `another correct horse ${round}`;
      const [changed, ...racers] = await Promise.all([
        visitor.send(`${one.url}/api/me/password`, 'PUT', { password, next }),
        ...racing,
      ]);
      expect(changed.status).toBe(204);
      for (const racer of racers) if (await isIn(racer)) stayed++;
    }
    expect(stayed).toBe(0);
  }, 60_000);

  test('V7.4.4: every page for who is signed in has a way to sign out that works', async () => {
    const { name, visitor } = await register();
    const pages = ['/', '/stream', '/articles/new', '/profile/picture', '/profile/sessions', '/profile/password'];
    for (const page of [...pages, `/users/${name}`, `/users/${name}/friends`])
      expect(await (await visitor.send(`${one.url}${page}`)).text()).toContain('action="/logout"');
    const kept = Object.assign(new Visitor(), { cookie: visitor.cookie });
    expect((await visitor.submit(`${two.url}/logout`, {})).status).toBe(303);
    expect(await isIn(kept)).toBe(false);
  });

  test('V7.5.1: who changes what they sign in by shows once more who they are', async () => {
    const { visitor } = await register();
    for (const body of [
      { next: 'another horse' },
      { password: '', next: 'another horse' },
      { password: 'x', next: 'y' },
    ])
      expect((await visitor.send(`${one.url}/api/me/password`, 'PUT', body)).status).toBe(400);
    const wrong = { password: 'not mine at all', next: 'another horse' };
    expect((await visitor.send(`${one.url}/api/me/password`, 'PUT', wrong)).status).toBe(401);
  });

  test('V7.6.2: only signing in makes a session: no page, no form that fails, no registration does', async () => {
    const visitor = new Visitor();
    for (const page of ['/', '/login', '/register', '/-/live', '/-/ready', '/nowhere'])
      await visitor.send(`${one.url}${page}`);
    await visitor.submit(`${one.url}/login`, { name: 'nobody', password: 'nothing' });
    await visitor.send(`${one.url}/api/users`, 'POST', { name: `quiet-${mode}`, password });
    expect(visitor.received).toEqual([]);
  });

  test('V7.5.2: all sessions are listed, and any or all are ended by who shows the password once more', async () => {
    const { name, visitor } = await register();
    const [second, third] = [await again(name), await again(name)];
    const sessions = await list(visitor);
    expect(sessions).toHaveLength(3);
    expect(sessions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    const [ofSecond] = (await list(second)).filter(({ isCurrent }) => isCurrent);
    expect((await end(visitor, { password: 'not mine', key: ofSecond?.key })).status).toBe(401);
    expect(await isIn(second)).toBe(true);
    expect((await end(visitor, { password, key: ofSecond?.key })).status).toBe(204);
    expect([await isIn(second), await isIn(third), await isIn(visitor)]).toEqual([false, true, true]);
    expect((await end(visitor, { password })).status).toBe(204);
    expect([await isIn(third), await isIn(visitor)]).toEqual([false, true]);
    expect(await list(visitor)).toHaveLength(1);
  });

  test('nobody ends a session of somebody else', async () => {
    const [me, other] = [await register(), await register()];
    const [theirs] = await list(other.visitor);
    expect((await end(me.visitor, { password, key: theirs?.key })).status).toBe(404);
    expect(await isIn(other.visitor)).toBe(true);
  });

  test('0 of 40 sessions that were ended from elsewhere come back, with 10 writes under way while each ends', async () => {
    const { name, visitor } = await register();
    let back = 0;
    for (let round = 0; round < 4; round++) {
      const others = await Promise.all(Array.from({ length: 10 }, () => again(name)));
      const writes = others.map((other) =>
        other.send(`${one.url}/api/articles`, 'POST', { title: 'While it ends', body: 'text' }),
      );
      await end(visitor, { password });
      await Promise.all(writes);
      for (const other of others) if (await isIn(other)) back++;
    }
    expect(back).toBe(0);
  }, 120_000);

  test('the pages do the same without a script', async () => {
    const { name, visitor } = await register();
    const other = await again(name);
    const page = await (await visitor.send(`${one.url}/profile/sessions`)).text();
    expect(page.match(/<input type="radio" name="key"/g)).toHaveLength(3);
    const wrong = await visitor.submit(`${one.url}/profile/sessions/end`, { key: '', password: 'not mine' });
    expect([wrong.status, await isIn(other)]).toEqual([401, true]);
    const ended = await visitor.submit(`${one.url}/profile/sessions/end`, { key: '', password });
    expect([ended.status, await isIn(other), await isIn(visitor)]).toEqual([303, false, true]);
    const changed = await visitor.submit(`${two.url}/profile/password`, { password, next: 'short' });
    expect([changed.status, await changed.text()]).toEqual([400, expect.stringContaining('at least 8 characters')]);
  });

  test('who guesses is kept out at every clone, by name and address; others are let in, and so is who waits', async () => {
    const [victim, other] = [await register(), await register()];
    const guess = (i: number, secret = `guess ${i}`) =>
      new Visitor().send(`${i % 2 === 0 ? one.url : two.url}/api/session`, 'POST', {
        name: victim.name,
        password: secret,
      });
    for (let i = 0; i < 10; i++) expect((await guess(i)).status).toBe(401);
    const refused = await guess(11, password);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toEqual({
      title: 'Too Many Requests',
      status: 429,
      detail: 'Too many wrong passwords for this name; try again later.',
    });
    expect(await isIn(await again(other.name))).toBe(true);
    // Whoever is in stays in.
    expect(await isIn(victim.visitor)).toBe(true);
    const cache = servers.sessions.open();
    for (const key of await cache.keys('limit:signInOfName:*')) await cache.del(key);
    cache.disconnect();
    expect(await isIn(await again(victim.name))).toBe(true);
  }, 60_000);
});
