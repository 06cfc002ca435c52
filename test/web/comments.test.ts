// Comments over two clones and real servers: counted, in order, and never markup.
import { type CommentPage, commentsPerPage } from '../../lib/web/comments';
import { type RunningClone, runClone, type Servers, startServers, untilReady, Visitor } from './running-clones';
import { inParallel, look, Person } from './social-acts';

let servers: Servers;
let one: RunningClone;
let two: RunningClone;
let ada: Person;
let bob: Person;
let article: number;

beforeAll(async () => {
  servers = await startServers('mysql');
  [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
  await Promise.all([untilReady(one), untilReady(two)]);
  [ada, bob] = [await Person.register(one.url, 'ada'), await Person.register(two.url, 'bob')];
});

afterAll(async () => {
  await Promise.all([one?.stop(0), two?.stop(0)]);
  await servers?.stop();
});

beforeEach(async () => {
  article = await ada.write(one.url, 'Discussed');
});

const list = (url: string, after?: number): Promise<CommentPage> =>
  bob.read(`${url}/api/articles/${article}/comments${after === undefined ? '' : `?after=${after}`}`);

const toPage = async (person: Person | Visitor, query = ''): Promise<string> =>
  (await person.send(`${two.url}/articles/${article}${query}`)).text();

test('a comment is there for its author at once, by either clone, and counted', async () => {
  expect(await list(one.url)).toEqual({ total: 0, comments: [] });
  for (let round = 1; round <= 20; round++) {
    const [here, there] = round % 2 ? [one, two] : [two, one];
    const id = await bob.comment(here.url, article, `Comment ${round}`);
    const { total, comments } = await list(there.url);
    expect(total).toBe(round);
    expect(comments.at(-1)).toEqual({
      id,
      author: 'bob',
      body: `Comment ${round}`,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
    });
  }
});

test('the answer to a new one says where it is', async () => {
  const answer = await bob.send(`${one.url}/api/articles/${article}/comments`, 'POST', { body: ' Spaced.\r\nTwice. ' });
  const { id } = (await answer.json()) as { id: number };
  const location = answer.headers.get('location') ?? '';
  expect([answer.status, location]).toEqual([201, `/api/articles/${article}/comments?after=${id - 1}`]);
  const { comments } = await bob.read<CommentPage>(`${two.url}${location}`);
  expect(comments).toMatchObject([{ id, body: 'Spaced.\nTwice.' }]);
});

test('the oldest come first, fifty to a page', async () => {
  await inParallel(commentsPerPage + 2, 10, (index) => bob.comment(index % 2 ? one.url : two.url, article));
  const first = await list(one.url);
  const ids = first.comments.map(({ id }) => id);
  expect([first.total, ids.length, first.after]).toEqual([commentsPerPage + 2, commentsPerPage, ids.at(-1)]);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  const second = await list(two.url, first.after);
  expect([second.comments.length, second.after]).toEqual([2, undefined]);

  const page = await toPage(bob);
  expect(page).toContain(`<h2 id="comments-heading">${commentsPerPage + 2} comments</h2>`);
  expect(page).toContain(`href="/articles/${article}?after=${first.after}#comments">Later comments</a>`);
  const later = await toPage(bob, `?after=${first.after}`);
  expect(later).toContain(`<a href="/articles/${article}#comments">From the first comment on</a>`);
  expect(later.match(/<li id="comment-\d+">/g)).toHaveLength(2);

  // Whoever comments sees it, on whatever page it is.
  const sent = await bob.submit(`${one.url}/articles/${article}/comments`, { body: 'The last word' });
  const [path = '', target = ''] = (sent.headers.get('location') ?? '').split('#');
  const seen = await (await bob.send(`${two.url}${path}`)).text();
  expect(seen).toContain(`<li id="${target}">`);
  expect(seen).toContain('<p>The last word</p>');
});

test('commenting needs no script, and what was typed is text', async () => {
  const body = '<script>alert(1)</script>\r\n"second" line & <b>more</b>';
  const sent = await bob.submit(`${one.url}/articles/${article}/comments`, { body });
  expect([sent.status, sent.headers.get('location')]).toEqual([
    303,
    expect.stringMatching(new RegExp(`^/articles/${article}#comment-\\d+$`)),
  ]);
  const page = await toPage(bob);
  expect(page).toContain('<h2 id="comments-heading">1 comment</h2>');
  expect(page).toContain(
    '<p>&lt;script&gt;alert(1)&lt;/script&gt;<br>&quot;second&quot; line &amp; &lt;b&gt;more&lt;/b&gt;</p>',
  );
  expect(page).toContain('<p class="byline"><a href="/users/bob">bob</a> · <time');
  expect(page).not.toContain('<script');
});

test('a comment that is not accepted comes back below the article, with what was wrong', async () => {
  const answer = await bob.submit(`${two.url}/articles/${article}/comments`, { body: '  ' });
  expect(answer.status).toBe(400);
  const page = await answer.text();
  expect(page).toContain('<h1>Discussed</h1>');
  expect(page).toContain('<p class="wrong" id="body-problem">Your comment is required.</p>');
  const long = await bob.submit(`${two.url}/articles/${article}/comments`, { body: `</textarea>${'x'.repeat(2_000)}` });
  expect(long.status).toBe(400);
  expect(await long.text()).toContain('&lt;/textarea&gt;xxx');
  expect((await list(one.url)).total).toBe(0);
});

const wrong: [string, unknown][] = [
  ['nothing', {}],
  ['a number', { body: 1 }],
  ['a list', { body: ['x'] }],
  ['blanks', { body: ' \r\n ' }],
  ['2,001 characters', { body: 'x'.repeat(2_001) }],
  ['null', null],
  ['half a character', { body: 'x \ud800' }],
];
test.each(wrong)('%s is no comment', async (_what, body) => {
  const answer = await bob.send(`${one.url}/api/articles/${article}/comments`, 'POST', body);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json; charset=utf-8']);
  expect(await answer.json()).toMatchObject({ errors: [{ field: 'body' }] });
  expect((await list(two.url)).total).toBe(0);
});

test.each(['𝔘'.repeat(1_000), 'x'.repeat(2_000), '\u0000', "'; DROP TABLE comments; --", '\u202e'])(
  'whatever is text is kept as it is: %j',
  async (body) => {
    const id = await bob.comment(one.url, article, body);
    const { comments } = await list(two.url);
    expect(comments).toMatchObject([{ id, body }]);
  },
);

test.each(['999999', '0', 'x', '-1', '1e3', '%00', '9'.repeat(20)])(
  'below an article %s nothing is said',
  async (id) => {
    expect((await bob.send(`${one.url}/api/articles/${id}/comments`)).status).toBe(404);
    expect((await bob.send(`${one.url}/api/articles/${id}/comments`, 'POST', { body: 'x' })).status).toBe(404);
    expect((await bob.submit(`${one.url}/articles/${id}/comments`, { body: 'x' })).status).toBe(404);
    expect((await bob.submit(`${one.url}/articles/${id}/comments`, { body: '' })).status).toBe(404);
    expect(
      await look(
        servers,
        'SELECT id FROM clonekit.activities WHERE article_id NOT IN (SELECT id FROM clonekit.articles)',
      ),
    ).toEqual([]);
  },
);

test.each(['0', 'x', '1&after=2', '9'.repeat(16)])('a page after %j is refused, in words', async (after) => {
  const answer = await bob.send(`${one.url}/api/articles/${article}/comments?after=${after}`);
  expect([answer.status, await answer.json()]).toMatchObject([400, { errors: [{ field: 'after' }] }]);
  expect((await bob.send(`${one.url}/articles/${article}?after=${after}`)).status).toBe(400);
});

test('whoever is not signed in may read, and not comment', async () => {
  await bob.comment(one.url, article, 'For everybody');
  const visitor = new Visitor();
  expect((await visitor.send(`${two.url}/api/articles/${article}/comments`)).status).toBe(200);
  expect((await visitor.send(`${one.url}/api/articles/${article}/comments`, 'POST', { body: 'x' })).status).toBe(401);
  const sent = await visitor.submit(`${one.url}/articles/${article}/comments`, { body: 'x' });
  expect([sent.status, sent.headers.get('location')]).toEqual([303, '/login']);
  const page = await toPage(visitor);
  expect(page).toContain('<p>For everybody</p>');
  expect(page).toContain('<a href="/login">Sign in</a> to comment.');
  expect(page).not.toContain('<textarea');
  expect((await list(one.url)).total).toBe(1);
});

test('what another site makes a browser send is no comment', async () => {
  const answer = await fetch(`${one.url}/articles/${article}/comments`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ body: 'x' }),
  });
  expect(answer.status).toBe(403);
});
