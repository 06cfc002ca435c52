// The site as two people use it in real browsers that run no scripts, on a fleet of two clones; then every page, looked at.
import type { Browser } from 'playwright-core';
import { type RunningFleet, startFleet } from '../fleet/running-fleet';
import { serversFolder } from '../provide-servers';
import { jpeg, png } from '../web/pictures/sample-pictures';
import { findBrokenPictures, findOverflow, findViolations } from './audit';
import { launchChromium } from './chromium';
import { getClone, Person, password } from './person';

let fleet: RunningFleet;
let browser: Browser;
let ada: Person;
let grace: Person;

beforeAll(async () => {
  [fleet, browser] = await Promise.all([startFleet(), launchChromium(serversFolder)]);
  ada = await Person.open(browser, fleet.url, 'ada');
  grace = await Person.open(browser, fleet.url, 'grace');
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await fleet?.stop();
});

const title = 'Notes on the engine';
const text = `It weaves *algebraic patterns*, says [the memoir](https://example.com/memoir).

## What it can do

- count
- and remember

> Nothing is worn out by being calculated.

\`\`\`
for (let n = 0; n < 10; n += 1) console.log('a line of code that is longer than any telephone is wide, by far', n);
\`\`\`

| not | a table |
`;

describe('two people', () => {
  test('register, and one writes an article in Markdown', async () => {
    await ada.register();
    await grace.register();
    await ada.write(title, text);
    const { page } = ada;
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await page.locator('.body em').textContent()).toBe('algebraic patterns');
    expect(await page.locator('.body li').allTextContents()).toEqual(['count', 'and remember']);
  });

  test('the other befriends her, sees it in the stream, and comments', async () => {
    await grace.befriend('ada');
    expect(await grace.page.getByRole('button', { name: 'Unfriend' }).isVisible()).toBe(true);
    await grace.press('link', 'Stream');
    await grace.press('link', title);
    await grace.comment('Well said.\nAnd well counted.');
    expect(await grace.page.getByRole('heading', { name: '1 comment' }).isVisible()).toBe(true);
    await ada.befriend('grace');
    await ada.press('link', 'Stream');
    expect(await ada.page.locator('.card').innerText()).toMatch(/grace\s+commented on/);
  });

  test('a picture goes from the form straight to the bucket, and comes back', async () => {
    const sent: string[] = [];
    grace.page.on('request', (request) => request.method() === 'POST' && sent.push(new URL(request.url()).origin));
    await grace.sendPicture({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: jpeg });
    expect(sent).toEqual([new URL(fleet.endpoint).origin]);
    expect(new URL(grace.page.url()).pathname).toBe('/profile/picture');
    expect(await grace.page.getByRole('img', { name: 'Your picture' }).isVisible()).toBe(true);
    expect(await findBrokenPictures(grace.page)).toEqual([]);
    await ada.goTo('/users/grace');
    expect(await ada.page.getByRole('img', { name: 'Picture of grace' }).isVisible()).toBe(true);
    expect(await findBrokenPictures(ada.page)).toEqual([]);
  });

  test('the clone that answered is killed, and both go on, signed in', async () => {
    const killed = getClone(await ada.goTo('/stream'));
    expect(await fleet.clonekit(['kill', killed, '--yes'])).toMatchObject({ code: 0 });
    await ada.write('Note G', 'A *table* of numbers.');
    const answers = [await ada.goTo('/'), await grace.goTo('/stream'), await grace.press('link', 'Note G')];
    expect(answers.map((answer) => answer.status())).toEqual([200, 200, 200]);
    expect(answers.map(getClone)).not.toContain(killed);
    expect(await grace.page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true);
  });

  test('what is wrong in a form is said where it is, and what is not a picture is refused', async () => {
    await grace.sendPicture({ name: 'me.png', mimeType: 'image/png', buffer: png.subarray(0, 20) });
    expect(await grace.page.getByRole('alert').isVisible()).toBe(true);
    expect(grace.complaints.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  test('no browser complained of anything', () => {
    expect([...ada.complaints, ...grace.complaints]).toEqual([]);
  });
});

const pages: readonly [what: string, path: string, status: number][] = [
  ['home', '/', 200],
  ['an article', '/articles/1', 200],
  ['a form for an article', '/articles/new', 200],
  ['a form for an article that is there', '/articles/1/edit', 200],
  ['a profile of one’s own', '/users/ada', 200],
  ['a profile of somebody else', '/users/grace', 200],
  ['friends', '/users/ada/friends', 200],
  ['the stream', '/stream', 200],
  ['a picture of one’s own', '/profile/picture', 200],
  ['where one is signed in', '/profile/sessions', 200],
  ['another password', '/profile/password', 200],
  ['what is not there', '/nowhere', 404],
];
const pagesOfNobody: typeof pages = [
  ['home', '/', 200],
  ['an article', '/articles/1', 200],
  ['a profile', '/users/grace', 200],
  ['registering', '/register', 200],
  ['signing in', '/login', 200],
];

describe.each([
  ['light', 'a phone', { width: 390, height: 844 }],
  ['dark', 'a phone', { width: 390, height: 844 }],
  ['light', 'a desktop', { width: 1280, height: 800 }],
  ['dark', 'a desktop', { width: 1280, height: 800 }],
] as const)('in %s colours on %s', (colorScheme, _, viewport) => {
  const look = { colorScheme, viewport, javaScriptEnabled: true };
  let signedIn: Person;
  let nobody: Person;

  beforeAll(async () => {
    signedIn = await Person.open(browser, fleet.url, 'ada', look);
    await signedIn.context.addCookies(await ada.context.cookies());
    nobody = await Person.open(browser, fleet.url, 'nobody', look);
  });
  afterAll(async () => {
    await Promise.all([signedIn?.context.close(), nobody?.context.close()]);
  });

  const verifyPage = async (person: Person, path: string, status: number): Promise<void> => {
    expect((await person.goTo(path)).status()).toBe(status);
    expect(await findViolations(person.page)).toEqual([]);
    expect(await findOverflow(person.page)).toEqual([]);
    expect(await findBrokenPictures(person.page)).toEqual([]);
    expect(person.complaints.filter((complaint) => !complaint.includes(`a status of ${status} (`))).toEqual([]);
  };

  test.each(pages)('%s, signed in, is fit for everybody: %s', (_what, path, status) =>
    verifyPage(signedIn, path, status),
  );
  test.each(pagesOfNobody)('%s is fit for everybody: %s', (_what, path, status) => verifyPage(nobody, path, status));

  test('a form with what was wrong is fit for everybody', async () => {
    const { page } = nobody;
    await nobody.goTo('/login');
    await page.getByLabel('Name').fill('ada');
    await page.getByLabel('Password').fill(`${password}, or not`);
    await nobody.press('button', 'Sign in');
    expect(await page.getByRole('alert').isVisible()).toBe(true);
    expect(await findViolations(page)).toEqual([]);
  });
});
