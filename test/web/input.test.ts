// Every address for programs, fed what its own schema refuses, and what no schema foresees: a problem, never a failure of ours.
import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { type Described, readDescription, type Schema } from './openapi/described';
import { type RunningClone, runClone, type Servers, signIn, startServers, untilReady, Visitor } from './running-clones';
import { look } from './social-acts';

let servers: Servers;
let clone: RunningClone;
let described: Described[];
let ada: Visitor;
let article: number;
const ajv = new Ajv2020({ strict: false, validateFormats: false });

beforeAll(async () => {
  servers = await startServers('mysql');
  clone = await runClone(servers.env, 'clone-1');
  await untilReady(clone);
  described = await readDescription(clone.url);
  ada = await signIn(clone.url, 'ada');
  await signIn(clone.url, 'grace');
  const created = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'One', body: 'Two' });
  article = ((await created.json()) as { id: number }).id;
});

afterAll(async () => {
  await clone?.stop(0);
  await servers?.stop();
});

const tables = ['users', 'articles', 'comments', 'friendships', 'activities', 'stream', 'profiles'];

/** Everything that is stored. */
const readAll = async (): Promise<unknown[]> =>
  Promise.all(tables.map((table) => look(servers, `SELECT * FROM clonekit.${table}`)));

const injections = [
  `' OR '1'='1' -- `,
  `"; DROP TABLE users; --`,
  `\\'; SELECT SLEEP(9); --`,
  '<script>alert(1)</script>',
  '{{7*7}}${7*7}',
  '../../../../etc/passwd',
  '%00%0d%0aset-cookie:%20session=x',
  '\r\nx-injected: yes',
  '\u0000\u001b[2J',
  '\ud800 a lone surrogate',
  '𝕬𝖉𝖆 \u202eadA\u2066 🧑‍🧑‍🧒‍🧒 é é',
  'ａｄａ',
  '\ufeffada',
];

const anyText = fc.oneof(fc.constantFrom(...injections), fc.string({ unit: 'binary', maxLength: 60 }));

/** What a program may send in place of anything. */
const anyValue = fc.oneof(
  anyText,
  fc.constantFrom(null, true, -1, 0, 1e308, Number.MAX_SAFE_INTEGER, [], {}, ['ada'], { $gt: '' }, [[[[]]]]),
  fc.nat(200_000).map((length) => 'x'.repeat(length)),
  fc.jsonValue({ maxDepth: 4 }),
);

const toBody = ({ properties = {} }: { properties?: Record<string, Schema> }): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record(
        Object.fromEntries(Object.keys(properties).map((name) => [name, fc.oneof(anyValue, fc.constant('correct'))])),
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: anyValue },
  );

/** No half of a character: addresses cannot hold one, and bodies must not. */
const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** An address that is there. */
const toUrl = (path: string): string => path.replace('{id}', String(article)).replace('{name}', 'grace');

async function expectProblem(response: Response, statuses: readonly number[]): Promise<void> {
  const text = await response.text();
  expect([response.status, statuses.includes(response.status), text]).toEqual([response.status, true, text]);
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(problem).toMatchObject({ title: expect.any(String), status: response.status, detail: expect.any(String) });
  expect(text).not.toMatch(/node_modules|\.ts:|mysql|SELECT|ioredis|at \w+ \(/);
}

test('a body that its schema refuses is a 400 or 413 as a problem, and nothing is stored', async () => {
  const before = await readAll();
  const takers = described.filter(({ body }) => body);
  expect(takers.length).toBeGreaterThan(6);
  for (const { method, path, body = {} } of takers) {
    const isValid = ajv.compile(body);
    await fc.assert(
      fc.asyncProperty(toBody(body), async (sent) => {
        // What is measured is what is left of a text, see `input.ts`.
        fc.pre(!isValid(trimmed(sent)));
        await expectProblem(await ada.send(`${clone.url}${toUrl(path)}`, method, sent), [400, 413]);
      }),
      { numRuns: 60 },
    );
  }
  expect(await readAll()).toEqual(before);
}, 60_000);

test('an address that its schema refuses is a 404, a query a 400', async () => {
  const before = await readAll();
  for (const { method, path, inPath, inQuery } of described) {
    for (const [name, schema] of Object.entries(inPath)) {
      const isValid = ajv.compile(schema);
      await fc.assert(
        fc.asyncProperty(anyText, async (text) => {
          fc.pre(!isValid(text) && !['', '.', '..'].includes(text) && isWhole(text));
          const url = path.replace(`{${name}}`, encodeURIComponent(text));
          await expectProblem(await ada.send(`${clone.url}${url}`, method, toSendable(method)), [400, 404, 414]);
        }),
        { numRuns: 25 },
      );
    }
    for (const [name, schema] of Object.entries(inQuery)) {
      const isValid = ajv.compile(schema);
      await fc.assert(
        fc.asyncProperty(anyText, async (text) => {
          fc.pre(!isValid(text) && isWhole(text));
          const query = new URLSearchParams({ [name]: text });
          await expectProblem(await ada.send(`${clone.url}${toUrl(path)}?${query}`, method), [400]);
          await expectProblem(await ada.send(`${clone.url}${toUrl(path)}?${query}&${query}`, method), [400]);
        }),
        { numRuns: 25 },
      );
    }
  }
  expect(await readAll()).toEqual(before);
}, 60_000);

test('what is no JSON, or JSON that means something to JavaScript, is refused', async () => {
  const before = await readAll();
  const bodies: [string, string][] = [
    ...['{', '', 'null', '[]', '"text"', '{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{}}}'].map(
      (text): [string, string] => ['application/json', text],
    ),
    ['application/json', '['.repeat(100_000)],
    ['application/json', `{"title":"${'x'.repeat(300_000)}"}`],
    ['application/xml', '<title>One</title>'],
    ['text/plain', 'title=One'],
    ['multipart/form-data; boundary=x', '--x--'],
  ];
  for (const { method, path } of described.filter(({ body }) => body)) {
    for (const [type, body] of bodies) {
      const headers = { 'content-type': type, cookie: ada.cookie, 'sec-fetch-site': 'same-origin' };
      await expectProblem(await fetch(`${clone.url}${toUrl(path)}`, { method, headers, body }), [400, 413, 415]);
    }
  }
  expect(await readAll()).toEqual(before);
});

test('what a schema takes is stored as it was meant, whatever it would mean elsewhere', async () => {
  for (const text of injections.filter(isWhole)) {
    const sent = { title: `a${text}z`, body: `b${text}z` };
    const created = await ada.send(`${clone.url}/api/articles`, 'POST', sent);
    expect(created.status).toBe(201);
    const found = await ada.send(`${clone.url}${created.headers.get('location')}`);
    expect(await found.json()).toMatchObject({ title: sent.title, body: sent.body.replace(/\r\n?/g, '\n') });
  }
  expect((await look(servers, 'SELECT name FROM clonekit.users')).length).toBe(2);
  const half = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'half \ud800', body: 'of a character' });
  await expectProblem(half, [400]);
});

test('who is not signed in is told so wherever one must be, whatever they send', async () => {
  const before = await readAll();
  for (const { method, path } of described.filter(({ isForSignedIn }) => isForSignedIn)) {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant({}), fc.object({ maxDepth: 1 })), async (sent) => {
        const body = method === 'GET' ? undefined : sent;
        // What would change the prototype of objects is taken for no JSON at all, before anybody asks who sent it.
        const isPoison = body !== undefined && /__proto__|constructor/.test(JSON.stringify(body));
        const answered = await new Visitor().send(`${clone.url}${toUrl(path)}`, method, body);
        await expectProblem(answered, isPoison ? [400, 401] : [401]);
      }),
      { numRuns: 5 },
    );
  }
  expect(await readAll()).toEqual(before);
});

test('from another site nothing that changes something is done, at any address', async () => {
  const before = await readAll();
  for (const { method, path } of described.filter(({ method }) => method !== 'GET')) {
    const origins: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://example.com' },
      { origin: 'null' },
    ];
    for (const from of origins) {
      const headers = { 'content-type': 'application/json', cookie: ada.cookie, ...from };
      const response = await fetch(`${clone.url}${toUrl(path)}`, { method, headers, body: '{}' });
      await expectProblem(response, [403]);
    }
  }
  expect(await readAll()).toEqual(before);
  expect((await ada.send(`${clone.url}/api/me`)).status).toBe(200);
});

const toSendable = (method: string): unknown => (method === 'GET' ? undefined : {});

const trimmed = (sent: unknown): unknown =>
  typeof sent === 'object' && sent !== null && !Array.isArray(sent)
    ? Object.fromEntries(
        Object.entries(sent).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]),
      )
    : sent;
