// A picture from the browser to the bucket and back, over two clones that must be as one.
import { maxBytes } from '../../../lib/web/pictures/bucket';
import { postForm, type SignedForm } from '../real-bucket';
import {
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  Visitor,
} from '../running-clones';
import { gif, jpeg, losslessWebp, png } from './sample-pictures';

let servers: Servers;
let one: RunningClone;
let two: RunningClone;
let people = 0;

beforeAll(async () => {
  servers = await startServers('mysql');
  [one, two] = await Promise.all([runClone(servers.env, 'clone-1'), runClone(servers.env, 'clone-2')]);
  await Promise.all([untilReady(one), untilReady(two)]);
});

afterAll(async () => {
  await Promise.all([one?.stop(0), two?.stop(0)]);
  await servers?.stop();
});

const somebody = (): Promise<Visitor> => signIn(one.url, `somebody-${people++}`);

const page = '/profile/picture';

/** As a browser reads it: the last form of the page is the one for the file. */
function readForm(html: string): SignedForm {
  const [, url = ''] =
    [...html.matchAll(/<form class="panel" method="post" action="([^"]*)" enctype="multipart\/form-data">/g)].at(-1) ??
    [];
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return { url, fields: Object.fromEntries(fields.map(([, name, value]) => [name, value])) };
}

const askForForm = async (visitor: Visitor, clone = one): Promise<SignedForm> =>
  readForm(await (await visitor.send(`${clone.url}${page}`)).text());

/** Sends a file from the page; returns where the bucket sends the browser. */
async function send(visitor: Visitor, file: Buffer | string, clone = one): Promise<URL> {
  const answer = await postForm(await askForForm(visitor, clone), file);
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get('location') ?? '');
}

const findPicture = async (visitor: Visitor): Promise<string | undefined> =>
  /<img class="picture" src="([^"]*)"/.exec(await (await visitor.send(`${two.url}${page}`)).text())?.[1];

/** Through both clones. */
async function upload(visitor: Visitor, file: Buffer): Promise<string> {
  const back = await send(visitor, file);
  const answer = await visitor.send(`${two.url}${back.pathname}${back.search}`);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, page]);
  return (await findPicture(visitor)) ?? '';
}

const download = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer());

const askApi = async (visitor: Visitor): Promise<SignedForm> =>
  (await (await visitor.send(`${one.url}/api/me/picture`, 'POST', {})).json()) as SignedForm;

describe('for people', () => {
  test('a picture goes from the page to the bucket, and is seen by everybody at any clone', async () => {
    const ada = await somebody();
    const url = await upload(ada, png);
    expect(url).toMatch(/^\/pictures\/[\w-]{22}$/);
    const seen = await fetch(`${one.url}${url}`);
    expect(Object.fromEntries(seen.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-length': String((await download(`${two.url}${url}`)).length),
    });
    expect(seen.headers.getSetCookie()).toEqual([]);
    expect(Buffer.from(await seen.arrayBuffer()).subarray(0, 8)).toEqual(png.subarray(0, 8));
    const head = await fetch(`${one.url}${url}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'image/png']);
  });

  test.each([
    ['a JPEG', jpeg, 'image/jpeg'],
    ['a WebP', losslessWebp, 'image/webp'],
  ])('%s is told by its content, whatever the form says', async (_, content, type) => {
    const url = await upload(await somebody(), content);
    expect((await fetch(`${one.url}${url}`)).headers.get('content-type')).toBe(type);
  });

  test('where it was taken is not shown', async () => {
    const url = await upload(await somebody(), jpeg);
    expect(jpeg.includes('home')).toBe(true);
    expect((await download(`${one.url}${url}`)).includes('home')).toBe(false);
  });

  test('only that page lets a form go to the bucket, and nowhere else', async () => {
    const ada = await somebody();
    const policyOf = async (path: string) =>
      (await ada.send(`${one.url}${path}`)).headers.get('content-security-policy') ?? '';
    expect(await policyOf(page)).toBe(
      (await policyOf('/')).replace("form-action 'self'", `form-action 'self' ${servers.bucket.url}`),
    );
    expect(await policyOf('/')).not.toContain(servers.bucket.url);
  });

  test('the form is for one key, for ten minutes, for a megabyte', async () => {
    const before = Date.now();
    const { url, fields } = await askForForm(await somebody());
    expect(url).toBe(`${servers.bucket.url}/${servers.bucket.bucket.name}`);
    const { expiration, conditions } = JSON.parse(Buffer.from(fields.Policy ?? '', 'base64').toString());
    expect(Date.parse(expiration) - before).toBeGreaterThan(595_000);
    expect(Date.parse(expiration) - before).toBeLessThan(620_000);
    expect(conditions).toEqual(
      expect.arrayContaining([
        ['content-length-range', 1, 1_048_576],
        ['starts-with', '$Content-Type', 'image/'],
        { key: expect.stringMatching(/^uploads\/[\w-]{22}\.[\w-]{43}$/) },
        { success_action_redirect: `${one.url}${page}/uploaded` },
      ]),
    );
  });

  test('with https the browser is sent back by https', async () => {
    const secure = await runClone({ ...servers.env, https: true }, 'clone-3');
    await untilReady(secure);
    const { fields } = await askForForm(await signIn(secure.url, `somebody-${people++}`), secure);
    expect(fields.success_action_redirect).toBe(`${secure.url.replace('http:', 'https:')}${page}/uploaded`);
    await secure.stop(0);
  });

  test('a browser may be told of another place than where clones reach the bucket', async () => {
    const elsewhere = await runClone({ ...servers.env, picturesUrl: 'http://localhost:1/there' }, 'clone-3');
    await untilReady(elsewhere);
    const ada = await somebody();
    const answer = await ada.send(`${elsewhere.url}${page}`);
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self' http://localhost:1;");
    expect(readForm(await answer.text()).url).toBe('http://localhost:1/there');
    await elsewhere.stop(0);
  });

  test('whoever is not signed in is asked to', async () => {
    for (const path of [page, `${page}/uploaded?key=uploads/x`]) {
      const answer = await new Visitor().send(`${one.url}${path}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
    }
  });
});

describe('there is one picture at a time', () => {
  test('another replaces it, and the one before is gone', async () => {
    const ada = await somebody();
    const first = await upload(ada, png);
    const second = await upload(ada, jpeg);
    expect(second).not.toBe(first);
    expect((await fetch(`${one.url}${first}`)).status).toBe(404);
    expect((await fetch(`${one.url}${second}`)).status).toBe(200);
  });

  test('removed, it is gone; removed again, nothing happens', async () => {
    const ada = await somebody();
    const url = await upload(ada, png);
    for (let times = 0; times < 2; times++) {
      const answer = await ada.submit(`${one.url}${page}/remove`, {});
      expect([answer.status, answer.headers.get('location')]).toEqual([303, page]);
    }
    expect(await findPicture(ada)).toBeUndefined();
    expect((await fetch(`${two.url}${url}`)).status).toBe(404);
  });
});

describe('what is no picture', () => {
  const html = '<!doctype html><script>alert(document.cookie)</script>';

  test.each([
    ['a page', Buffer.from(html), 'The picture must be a JPEG, PNG or WebP.'],
    ['a GIF', gif, 'The picture must be a JPEG, PNG or WebP.'],
    ['a page that begins as a PNG', Buffer.concat([png.subarray(0, 8), Buffer.from(html)]), 'The picture is damaged.'],
    ['half a picture', jpeg.subarray(0, 400), 'The picture is damaged.'],
  ])('%s is refused once it was looked at, said on the page, and not kept', async (_, content, sentence) => {
    const ada = await somebody();
    const before = await upload(ada, png);
    const back = await send(ada, content);
    const key = back.searchParams.get('key') ?? '';
    expect(servers.bucket.bucket.find(key)).toBeDefined();
    const answer = await ada.send(back.href);
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(text).toContain(`role="alert">${sentence}</p>`);
    expect(readForm(text).fields.key).not.toBe(key);
    expect(servers.bucket.bucket.find(key)).toBeUndefined();
    expect(await findPicture(ada)).toBe(before);
  });

  test('what was put behind a picture is not shown', async () => {
    const url = await upload(await somebody(), Buffer.concat([png, Buffer.from(html)]));
    expect((await download(`${one.url}${url}`)).includes('script')).toBe(false);
  });

  test('the bucket itself refuses what is too large, empty, or of another type', async () => {
    const form = await askForForm(await somebody());
    expect(await (await postForm(form, Buffer.alloc(maxBytes + 1))).text()).toContain('<Code>EntityTooLarge<');
    expect(await (await postForm(form, '')).text()).toContain('<Code>EntityTooSmall<');
    expect(await (await postForm(form, html, { 'Content-Type': 'text/html' })).text()).toContain(
      'Policy Condition failed',
    );
    expect(await (await postForm(form, png, { key: 'pictures/mine.png' })).text()).toContain('Policy Condition failed');
    expect(servers.bucket.bucket.find(form.fields.key ?? '')).toBeUndefined();
  });

  test('what came into the bucket too large by another way is not read', async () => {
    const ada = await somebody();
    const { fields } = await askApi(ada);
    const large = Buffer.concat([png, Buffer.alloc(maxBytes)]);
    await servers.bucket.bucket.put(fields.key ?? '', large, 'image/png');
    const answer = await ada.send(`${one.url}/api/me/picture`, 'PUT', { key: fields.key });
    expect(answer.status).toBe(400);
  });

  test('sent again to the same form after it was taken, changes nothing that anybody sees', async () => {
    const ada = await somebody();
    const form = await askForForm(ada);
    const back = (await postForm(form, png)).headers.get('location') ?? '';
    expect((await ada.send(back)).status).toBe(303);
    const url = `${two.url}${await findPicture(ada)}`;
    const before = await download(url);
    expect((await postForm(form, html)).status).toBe(303);
    expect(await download(url)).toEqual(before);
  });
});

describe('another site cannot choose somebody’s picture', () => {
  test('by sending their browser back with a key of its own', async () => {
    const [ada, mallory] = [await somebody(), await somebody()];
    const before = await upload(ada, png);
    const { pathname, search } = await send(mallory, jpeg);
    const answer = await ada.send(`${one.url}${pathname}${search}`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Nothing was sent, or another time: send it again.');
    expect(await findPicture(ada)).toBe(before);
    // Nor is it lost to whose it is.
    expect((await mallory.send(`${one.url}${pathname}${search}`)).status).toBe(303);
  });

  test('with a key that was of use before', async () => {
    const ada = await somebody();
    const back = await send(ada, png);
    expect((await ada.send(back.href)).status).toBe(303);
    expect((await ada.send(back.href)).status).toBe(400);
  });

  test('with a key of the same user’s session that has ended', async () => {
    const ada = await somebody();
    const back = await send(ada, png);
    await ada.send(`${one.url}/api/session`, 'POST', { name: `somebody-${people - 1}`, password: 'correct horse' });
    expect((await ada.send(back.href)).status).toBe(400);
  });

  test('by forms of its own', async () => {
    const ada = await somebody();
    const headers = { cookie: ada.cookie, 'sec-fetch-site': 'cross-site' };
    for (const path of [`${page}/remove`, '/api/me/picture']) {
      expect((await fetch(`${one.url}${path}`, { method: 'POST', headers })).status).toBe(403);
    }
  });
});

describe('for programs', () => {
  test('a form is asked for, sent, and said to be sent', async () => {
    const ada = await somebody();
    const form = await askApi(ada);
    expect(Object.keys(form)).toEqual(['url', 'fields']);
    expect((await postForm(form, png, { 'Content-Type': 'image/png' })).status).toBe(204);
    const adopted = await ada.send(`${two.url}/api/me/picture`, 'PUT', { key: form.fields.key });
    const { url } = (await adopted.json()) as { url: string };
    expect([adopted.status, (await fetch(`${one.url}${url}`)).status]).toEqual([200, 200]);
    expect((await ada.send(`${one.url}/api/me/picture`, 'DELETE')).status).toBe(204);
    expect((await fetch(`${one.url}${url}`)).status).toBe(404);
  });

  const key = { field: 'key', detail: expect.stringMatching(/^(is required|must )/) };

  test.each([
    [{}, [key]],
    [{ key: 7 }, [key]],
    [{ key: '' }, [key]],
    [{ key: 'x'.repeat(10_000) }, [key]],
    [{ key: 'uploads/../pictures/x' }, [key]],
    [{ key: "' OR 1=1 --\0" }, [key]],
  ])('%j is a problem with the key', async (body, errors) => {
    const answer = await (await somebody()).send(`${one.url}/api/me/picture`, 'PUT', body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { status: 400, errors }]);
  });

  test('bad content is a problem with the picture', async () => {
    const ada = await somebody();
    const form = await askApi(ada);
    await postForm(form, gif);
    const answer = await ada.send(`${one.url}/api/me/picture`, 'PUT', { key: form.fields.key });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ field: 'picture', detail: 'must be a JPEG, PNG or WebP' }] },
    ]);
  });

  test('nobody else has a picture to change', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const body = method === 'DELETE' ? undefined : {};
      expect((await new Visitor().send(`${one.url}/api/me/picture`, method, body)).status).toBe(401);
    }
  });
});

describe('an address of a picture', () => {
  test.each([
    ['a'.repeat(22), 1],
    ['a'.repeat(21), 0],
    ['a'.repeat(23), 0],
    [`${'a'.repeat(21)}.`, 0],
    ['..%2Fuploads%2Fx', 0],
    ['%00', 0],
    ['a'.repeat(90), 0],
  ])('%s is answered 404; the bucket is asked %i times', async (name, times) => {
    const { calls } = servers.bucket;
    const before = calls.length;
    expect((await fetch(`${one.url}/pictures/${name}`)).status).toBe(404);
    expect(calls.slice(before)).toEqual(Array(times).fill('GET 403'));
  });

  test.each(['text/html', 'image/svg+xml', 'image/*'])(
    'of what no clone has written as %s, there is none',
    async (type) => {
      const name = 'b'.repeat(22);
      await servers.bucket.bucket.put(`pictures/${name}`, png, type);
      expect((await fetch(`${one.url}/pictures/${name}`)).status).toBe(404);
    },
  );

  test('of what was uploaded and not looked at yet, there is none', async () => {
    const back = await send(await somebody(), png);
    const name = (back.searchParams.get('key') ?? '').replace('uploads/', '');
    expect((await fetch(`${one.url}/pictures/${name}`)).status).toBe(404);
    expect((await fetch(`${one.url}/uploads/${name}`)).status).toBe(404);
  });
});

describe('while the bucket is away', () => {
  afterEach(() => servers.bucket.recover());

  test('pictures are answered 503, all else goes on, and what was sent can still be taken later', async () => {
    const ada = await somebody();
    const url = await upload(ada, png);
    const back = await send(ada, jpeg);
    servers.bucket.fail();
    for (const path of [url, back.pathname + back.search]) {
      const answer = await ada.send(`${one.url}${path}`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    }
    expect((await ada.send(`${one.url}/api/me`)).status).toBe(200);
    expect((await ada.send(`${one.url}${page}`)).status).toBe(200);
    servers.bucket.recover();
    expect((await ada.send(back.href)).status).toBe(303);
    expect((await fetch(`${one.url}${url}`)).status).toBe(404);
  });

  test('a picture is removed all the same, though its object stays', async () => {
    const ada = await somebody();
    const url = await upload(ada, png);
    servers.bucket.fail();
    expect((await ada.send(`${one.url}/api/me/picture`, 'DELETE')).status).toBe(204);
    servers.bucket.recover();
    expect(await findPicture(ada)).toBeUndefined();
    expect(servers.bucket.bucket.find(url.slice(1))).toBeDefined();
  });
});
