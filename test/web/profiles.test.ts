// Profiles over two clones and real servers: what others see of a user, and what only oneself does not.
import type { Profile } from '../../lib/web/profiles';
import { type RunningClone, runClone, type Servers, startServers, untilReady, Visitor } from './running-clones';
import { look, Person } from './social-acts';

let servers: Servers;
let one: RunningClone;
let two: RunningClone;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  servers = await startServers('mysql');
  [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
  await Promise.all([untilReady(one), untilReady(two)]);
  [ada, bob] = [await Person.register(one.url, 'Ada.1815'), await Person.register(two.url, 'bob')];
});

afterAll(async () => {
  await Promise.all([one?.stop(0), two?.stop(0)]);
  await servers?.stop();
});

test('a profile says since when, how much, and what was written last', async () => {
  const id = await ada.write(one.url, 'On engines', 'They *compute*.');
  await ada.befriend(two.url, 'bob');
  expect(await ada.read<Profile>(`${two.url}/api/users/ada.1815`)).toEqual({
    name: 'Ada.1815',
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
    articleCount: 1,
    friendCount: 1,
    articles: [
      { id, title: 'On engines', author: 'Ada.1815', excerpt: 'They compute.', createdAt: expect.any(String) },
    ],
  });
  const page = await (await ada.send(`${one.url}/users/Ada.1815`)).text();
  expect(page).toContain('<h1>Ada.1815</h1>');
  expect(page).toContain('1 article · <a href="/users/Ada.1815/friends">1 friend</a>');
  expect(page).toContain(`<a href="/articles/${id}">On engines</a>`);
  expect(page).not.toContain('<img class="picture"');
});

test('what the viewer has to do with them is said to others who are signed in, and to nobody else', async () => {
  const ofBob = await bob.read<Profile>(`${one.url}/api/users/Ada.1815`);
  expect(ofBob.viewer).toEqual({ isFriend: false, inCommonCount: 0, inCommon: [] });
  expect((await ada.read<Profile>(`${one.url}/api/users/Ada.1815`)).viewer).toBeUndefined();
  const visitor = new Visitor();
  expect(await (await visitor.send(`${one.url}/api/users/bob`)).json()).not.toHaveProperty('viewer');
  const page = await visitor.send(`${one.url}/users/bob`);
  expect([page.status, await page.text()]).toEqual([200, expect.not.stringContaining('/users/bob/friend"')]);
});

test('a picture is shown by its key', async () => {
  await look(
    servers,
    "INSERT INTO clonekit.profiles SELECT id, 'pictures/AAAAAAAAAAAAAAAAAAAAAA' FROM clonekit.users WHERE name = 'bob'",
  );
  await bob.write(one.url);
  expect((await bob.read<Profile>(`${two.url}/api/users/bob`)).picture).toBe('/pictures/AAAAAAAAAAAAAAAAAAAAAA');
  expect(await (await bob.send(`${one.url}/users/bob`)).text()).toContain(
    '<img class="picture" src="/pictures/AAAAAAAAAAAAAAAAAAAAAA" alt="Picture of bob" width="96" height="96">',
  );
});

test('the newest articles come first, twenty to a page, and nobody else’s', async () => {
  const prolific = await Person.register(one.url, 'prolific');
  for (let n = 1; n <= 21; n++) await prolific.write(n % 2 ? one.url : two.url, `Number ${n}`);
  const { articles, before, articleCount } = await prolific.read<Profile>(`${two.url}/api/users/prolific`);
  expect(articles.map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, n) => `Number ${21 - n}`));
  expect([articleCount, before]).toEqual([21, articles.at(-1)?.id]);
  const page = await (await prolific.send(`${one.url}/users/prolific`)).text();
  expect(page).toContain(`href="/users/prolific?before=${before}">Older articles</a>`);
  const older = await (await prolific.send(`${two.url}/users/prolific?before=${before}`)).text();
  expect(older).toContain('>Number 1</a>');
  expect(older).not.toContain('Older articles');
});

test('what authors typed is text on their profile', async () => {
  await bob.write(one.url, '<i>"Title"</i>', '<b>Body</b>');
  const page = await (await bob.send(`${one.url}/users/bob`)).text();
  expect(page).toContain('&lt;i&gt;&quot;Title&quot;&lt;/i&gt;');
  expect(page).toContain('&lt;b&gt;Body&lt;/b&gt;');
});

test('names of authors lead to their profile, everywhere', async () => {
  const id = await ada.write(one.url, 'Linked');
  const link = '<p class="byline"><a href="/users/Ada.1815">Ada.1815</a> · <time';
  for (const path of ['/', `/articles/${id}`, '/users/Ada.1815'])
    expect(await (await ada.send(`${one.url}${path}`)).text()).toContain(link);
});

test.each(['nobody', 'a', '%3Cscript%3E', '%00', 'x%20y', 'ünïcode'])('%j is nobody, in words', async (name) => {
  const answer = await ada.send(`${one.url}/api/users/${name}`);
  expect([answer.status, await answer.json()]).toMatchObject([404, { detail: 'There is no such user.' }]);
  const page = await ada.send(`${one.url}/users/${name}`);
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('There is no such user.');
});

test.each(['0', 'x', '1&before=2'])('a page before %j is refused, in words', async (before) => {
  expect((await ada.send(`${one.url}/api/users/bob?before=${before}`)).status).toBe(400);
  expect((await ada.send(`${one.url}/users/bob?before=${before}`)).status).toBe(400);
});
