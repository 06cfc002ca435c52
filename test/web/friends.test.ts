// Friends over two clones and real servers: one direction a row, counted once, and never more than there may be.
import { mostFriends } from '../../lib/web/friends';
import type { Profile } from '../../lib/web/profiles';
import { type RunningClone, runClone, type Servers, startServers, untilReady, Visitor } from './running-clones';
import { createStrangers, look, Person } from './social-acts';

let servers: Servers;
let one: RunningClone;
let two: RunningClone;
let ada: Person;
let bob: Person;
let cleo: Person;

beforeAll(async () => {
  servers = await startServers('mysql');
  [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
  await Promise.all([untilReady(one), untilReady(two)]);
  [ada, bob, cleo] = [
    await Person.register(one.url, 'ada'),
    await Person.register(two.url, 'bob'),
    await Person.register(one.url, 'cleo'),
  ];
});

afterAll(async () => {
  await Promise.all([one?.stop(0), two?.stop(0)]);
  await servers?.stop();
});

beforeEach(async () => {
  for (const person of [ada, bob, cleo])
    for (const friend of await listFriends(person)) await person.unfriend(one.url, friend);
});

const listFriends = async (person: Person): Promise<string[]> => {
  const { friends } = await person.read<{ friends: { name: string }[] }>(`${two.url}/api/users/${person.name}/friends`);
  return friends.map(({ name }) => name);
};

const lookAt = (person: Person, name: string): Promise<Profile> => person.read(`${two.url}/api/users/${name}`);

/** What is counted, and what there is to count. */
const countFriends = async (name: string): Promise<{ counted: number; real: number }> => {
  const [row] = await look<{ counted: number; real: number }>(
    servers,
    `SELECT COALESCE(MAX(c.friends), 0) AS counted,
      (SELECT COUNT(*) FROM clonekit.friendships f WHERE f.user_id = MAX(u.id)) AS \`real\`
    FROM clonekit.users u LEFT JOIN clonekit.user_counts c ON c.user_id = u.id WHERE u.name = '${name}'`,
  );
  return { counted: Number(row?.counted), real: Number(row?.real) };
};

test('who befriends somebody has a friend; the other one has not', async () => {
  expect(await ada.befriend(one.url, 'bob')).toBe(204);
  expect([await listFriends(ada), await listFriends(bob)]).toEqual([['bob'], []]);
  expect((await lookAt(ada, 'bob')).viewer?.isFriend).toBe(true);
  expect((await lookAt(bob, 'ada')).viewer?.isFriend).toBe(false);
  expect((await lookAt(ada, 'ada')).friendCount).toBe(1);
});

test('befriending twice counts once, and unfriending twice too', async () => {
  expect([await ada.befriend(one.url, 'bob'), await ada.befriend(two.url, 'bob')]).toEqual([204, 204]);
  expect(await countFriends('ada')).toEqual({ counted: 1, real: 1 });
  expect([await ada.unfriend(two.url, 'bob'), await ada.unfriend(one.url, 'bob')]).toEqual([204, 204]);
  expect(await countFriends('ada')).toEqual({ counted: 0, real: 0 });
});

test('20 at once that befriend the same one count one', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ada.befriend(index % 2 ? one.url : two.url, 'bob')),
  );
  expect(answers).toEqual(Array(20).fill(204));
  expect(await countFriends('ada')).toEqual({ counted: 1, real: 1 });
});

test('what is done again changes nothing, so nobody has to wait for it', async () => {
  await ada.befriend(one.url, 'bob');
  const position = async (): Promise<unknown> => {
    const cache = servers.sessions.open();
    const keys = await cache.keys('session:*');
    const found = await Promise.all(keys.map((key) => cache.hmget(key, 'name', 'position')));
    cache.disconnect();
    return found.find(([name]) => name === 'ada')?.[1];
  };
  const before = await position();
  expect(before).toEqual(expect.stringMatching(/.+/));
  await ada.befriend(one.url, 'bob');
  expect(await position()).toBe(before);
});

test('friends in common are those whom both have', async () => {
  const [dan, eve] = await createStrangers(servers, 'common', 2);
  for (const name of [dan, eve, 'cleo']) await ada.befriend(one.url, name as string);
  for (const name of [eve, 'cleo', 'ada']) await bob.befriend(two.url, name as string);
  expect((await lookAt(ada, 'bob')).viewer).toEqual({
    isFriend: false,
    inCommonCount: 2,
    inCommon: ['cleo', eve],
  });
  expect((await lookAt(bob, 'ada')).viewer).toEqual({ isFriend: true, inCommonCount: 2, inCommon: ['cleo', eve] });
  await bob.unfriend(one.url, 'cleo');
  expect((await lookAt(ada, 'bob')).viewer?.inCommon).toEqual([eve]);
});

test('more than ten in common are counted, and ten are named', async () => {
  const names = await createStrangers(servers, 'many', 12);
  for (const name of names) {
    await ada.befriend(one.url, name);
    await bob.befriend(two.url, name);
  }
  const { viewer } = await lookAt(ada, 'bob');
  expect([viewer?.inCommonCount, viewer?.inCommon.length]).toEqual([12, 10]);
  const page = await (await ada.send(`${one.url}/users/bob`)).text();
  expect(page).toContain('12 friends in common: <a href="/users/many-0">many-0</a>, ');
  expect(page).toContain(', and 2 more.');
});

test('nobody can be their own friend', async () => {
  const answer = await ada.send(`${one.url}/api/users/ADA/friend`, 'PUT');
  expect([answer.status, await answer.json()]).toEqual([
    409,
    { title: 'Conflict', status: 409, detail: 'Nobody can be their own friend.' },
  ]);
  expect(await countFriends('ada')).toEqual({ counted: 0, real: 0 });
});

test('of ten at once that would exceed the most friends there may be, as many succeed as there is room for', async () => {
  const names = await createStrangers(servers, 'crowd', mostFriends + 5);
  const room = 5;
  await look(
    servers,
    `INSERT INTO clonekit.friendships SELECT a.id, u.id, UTC_TIMESTAMP(3)
    FROM clonekit.users a JOIN clonekit.users u WHERE a.name = 'cleo' AND u.name LIKE 'crowd-%'
    ORDER BY u.id LIMIT ${mostFriends - room}`,
  );
  await look(
    servers,
    `INSERT INTO clonekit.user_counts (user_id, articles, friends)
    SELECT id, 0, ${mostFriends - room} FROM clonekit.users WHERE name = 'cleo'
    ON DUPLICATE KEY UPDATE friends = ${mostFriends - room}`,
  );
  const answers = await Promise.all(
    names.slice(-2 * room).map((name, index) => cleo.befriend(index % 2 ? one.url : two.url, name)),
  );
  expect(answers.sort()).toEqual([...Array(room).fill(204), ...Array(room).fill(409)]);
  expect(await countFriends('cleo')).toEqual({ counted: mostFriends, real: mostFriends });
  // Whoever is a friend already is no one more.
  expect(await cleo.befriend(one.url, names[0] as string)).toBe(204);
  const refused = await cleo.send(`${one.url}/api/users/ada/friend`, 'PUT');
  expect(await refused.json()).toMatchObject({
    detail: 'You have 1000 friends, the most there can be: unfriend somebody first.',
  });
  expect(await listFriends(cleo)).toHaveLength(mostFriends);
  await look(
    servers,
    "DELETE FROM clonekit.friendships WHERE friend_id IN (SELECT id FROM clonekit.users WHERE name LIKE 'crowd-%')",
  );
  await look(servers, 'UPDATE clonekit.user_counts SET friends = 0');
});

test.each(['nobody', 'a', '%00', "x'--", 'with%20space', '..%2F..', 'n'.repeat(90)])(
  'a user %j is not there',
  async (name) => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/friends'],
      ['PUT', '/friend'],
      ['DELETE', '/friend'],
    ] as const) {
      const answer = await ada.send(`${one.url}/api/users/${name}${path}`, method);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        404,
        'application/problem+json; charset=utf-8',
      ]);
    }
    expect((await ada.send(`${one.url}/users/${name}`)).status).toBe(404);
    expect((await ada.submit(`${one.url}/users/${name}/friend`)).status).toBe(404);
  },
);

test('somebody who has just registered is found, even while the replica has not got them', async () => {
  await servers.database.administer('replica', 'STOP REPLICA SQL_THREAD');
  try {
    await Person.register(one.url, 'newcomer');
    expect(await ada.befriend(two.url, 'newcomer')).toBe(204);
    expect(await listFriends(ada)).toEqual(['newcomer']);
  } finally {
    await servers.database.administer('replica', 'START REPLICA SQL_THREAD');
  }
});

test('whoever is not signed in may look, and not befriend', async () => {
  const visitor = new Visitor();
  expect((await visitor.send(`${one.url}/api/users/ada/friend`, 'PUT')).status).toBe(401);
  expect((await visitor.send(`${one.url}/api/users/ada/friend`, 'DELETE')).status).toBe(401);
  for (const verb of ['friend', 'unfriend']) {
    const answer = await visitor.submit(`${one.url}/users/ada/${verb}`, {});
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
  }
  expect((await visitor.send(`${one.url}/users/ada/friends`)).status).toBe(200);
  expect((await visitor.send(`${one.url}/api/users/ada/friends`)).status).toBe(200);
  expect(await countFriends('ada')).toEqual({ counted: 0, real: 0 });
});

test('befriending and unfriending need no script', async () => {
  const profile = await (await ada.send(`${one.url}/users/bob`)).text();
  expect(profile).toContain('<form class="offer" method="post" action="/users/bob/friend">');
  expect(profile).toContain('Nobody needs to accept.');
  const befriended = await ada.submit(`${one.url}/users/bob/friend`);
  expect([befriended.status, befriended.headers.get('location')]).toEqual([303, '/users/bob']);
  expect(await (await ada.send(`${two.url}/users/bob`)).text()).toContain('action="/users/bob/unfriend"');
  const list = await (await ada.send(`${two.url}/users/ada/friends`)).text();
  expect(list).toContain('<a href="/users/bob">bob</a></li>');
  expect((await ada.submit(`${two.url}/users/bob/unfriend`)).status).toBe(303);
  expect(await (await ada.send(`${one.url}/users/bob`)).text()).toContain('action="/users/bob/friend"');
  expect(await (await ada.send(`${one.url}/users/ada`)).text()).not.toContain(' action="/users');
});
