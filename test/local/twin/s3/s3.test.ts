// The bucket of a fleet under the SDK that signs for it, and under forms as browsers send them.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { cloneKey, postForm, type RealBucket, startBucket } from '../../../web/real-bucket';

let server: RealBucket;
let client: S3Client;
/** Not a clone's. */
let operator: S3Client;

const Bucket = 'pictures-of-tests';
const kibibyte = 'x'.repeat(1024);

beforeAll(async () => {
  server = await startBucket(Bucket);
  const open = (id: string) =>
    new S3Client({
      endpoint: server.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: id, secretAccessKey: id },
      maxAttempts: 1,
    });
  client = open(cloneKey);
  operator = open('operator');
});

afterAll(async () => {
  for (const each of [client, operator]) each?.destroy();
  await server?.stop();
});

/** What a form may hold, unless a test says otherwise. */
const sign = (options: Partial<PresignedPostOptions> = {}, by = client) =>
  createPresignedPost(by, {
    Bucket,
    Key: 'uploads/one',
    Expires: 60,
    Conditions: [
      ['content-length-range', 1, 1024],
      ['starts-with', '$Content-Type', 'image/'],
    ],
    Fields: { 'x-ignore-me': 'yes' },
    ...options,
  });

const image = { 'Content-Type': 'image/png' };

const codeOf = async (answer: Response): Promise<[number, string | undefined, string | undefined]> => {
  const text = await answer.text();
  const find = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(text)?.[1];
  return [answer.status, find('Code'), find('Message')?.replaceAll('&#34;', '"')];
};

describe('a form that was signed for it', () => {
  test('puts the file where the key says, as the type it says', async () => {
    const answer = await postForm(await sign(), 'content', image);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    const { Body, ContentType, ETag } = await client.send(new GetObjectCommand({ Bucket, Key: 'uploads/one' }));
    expect([await Body?.transformToString(), ContentType, ETag]).toEqual([
      'content',
      'image/png',
      answer.headers.get('etag'),
    ]);
  });

  test('sends the browser on to where it says, with what became of the file', async () => {
    const redirect = 'http://127.0.0.1:1/back?from=here';
    const form = await sign({ Fields: { success_action_redirect: redirect } });
    const answer = await postForm(form, 'content', image);
    expect(answer.status).toBe(303);
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.origin + to.pathname).toBe('http://127.0.0.1:1/back');
    expect(Object.fromEntries(to.searchParams)).toEqual({
      from: 'here',
      bucket: Bucket,
      key: 'uploads/one',
      etag: answer.headers.get('etag'),
    });
  });

  test.each([
    ['201', 201, /<PostResponse>.*<Key>uploads\/one<\/Key>/],
    ['200', 200, /^$/],
    ['999', 204, /^$/],
  ])('says by success_action_status=%s what it is answered: %i', async (asked, status, body) => {
    const answer = await postForm(await sign({ Fields: { success_action_status: asked } }), 'content', image);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringMatching(body)]);
  });

  test('may be a byte as long as it says, at both ends', async () => {
    expect((await postForm(await sign(), 'x', image)).status).toBe(204);
    expect((await postForm(await sign(), kibibyte, image)).status).toBe(204);
  });

  test('names its fields in any case, and what stands behind the file does not count', async () => {
    const { url, fields } = await sign();
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...image })) form.append(name.toUpperCase(), value);
    form.append('file', new Blob(['content']));
    form.append('acl', 'public-read');
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
  });

  test('may be sent again until it expires', async () => {
    const form = await sign();
    for (const content of ['first', 'second']) expect((await postForm(form, content, image)).status).toBe(204);
    expect((await server.bucket.read('uploads/one')).toString()).toBe('second');
  });
});

describe('a form is refused, and nothing is stored', () => {
  const put = jest.fn();
  beforeEach(() => {
    jest.spyOn(server.bucket, 'put').mockImplementation(put);
  });
  afterEach(() => {
    expect(put).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });

  test('with a file that is too long', async () => {
    const answer = await postForm(await sign(), `${kibibyte}x`, image);
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(text).toContain('<Code>EntityTooLarge</Code>');
    expect(text).toContain('<ProposedSize>1025</ProposedSize><MinSizeAllowed>1</MinSizeAllowed><MaxSizeAllowed>1024<');
  });

  test('with a file that is much too long, which is read to its end and not kept', async () => {
    expect((await codeOf(await postForm(await sign(), Buffer.alloc(32 << 20), image))).slice(0, 2)).toEqual([
      400,
      'EntityTooLarge',
    ]);
  });

  test('with an empty file', async () => {
    expect((await codeOf(await postForm(await sign(), '', image))).slice(0, 2)).toEqual([400, 'EntityTooSmall']);
  });

  test('without a file, or without a key', async () => {
    const { url, fields } = await sign();
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...image })) form.append(name, value);
    expect(await codeOf(await fetch(url, { method: 'POST', body: form }))).toEqual([
      400,
      'InvalidArgument',
      'POST requires exactly one file upload per request.',
    ]);
    expect(await codeOf(await postForm(await sign(), 'content', { ...image, key: undefined }))).toEqual([
      400,
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.",
    ]);
  });

  const failed = (condition: unknown[]) =>
    `Invalid according to Policy: Policy Condition failed: ${JSON.stringify(condition)}`;
  const ofType = failed(['starts-with', '$Content-Type', 'image/']);

  test.each([
    ['another type', { 'Content-Type': 'text/html' }, ofType],
    ['no type', {}, ofType],
    ['another key', { ...image, key: 'pictures/two' }, failed(['eq', '$key', 'uploads/one'])],
    [
      'a field that the policy does not have',
      { ...image, acl: 'public-read' },
      'Invalid according to Policy: Extra input fields: acl',
    ],
  ])('with %s', async (_, changes, message) => {
    expect(await codeOf(await postForm(await sign(), 'content', changes))).toEqual([403, 'AccessDenied', message]);
  });

  test('for another bucket', async () => {
    const { url, fields } = await sign({ Bucket: 'elsewhere' });
    expect(await codeOf(await postForm({ url, fields }, 'content', image))).toEqual([
      404,
      'NoSuchBucket',
      'The specified bucket does not exist',
    ]);
    const here = url.replace('elsewhere', Bucket);
    expect(await codeOf(await postForm({ url: here, fields }, 'content', image))).toEqual([
      403,
      'AccessDenied',
      failed(['eq', '$bucket', 'elsewhere']),
    ]);
  });

  test('once it has expired', async () => {
    const late = await sign({ Expires: -1 });
    expect(await codeOf(await postForm(late, 'content', image))).toEqual([
      403,
      'AccessDenied',
      'Invalid according to Policy: Policy expired.',
    ]);
  });

  test('with a policy that was changed after it was signed', async () => {
    const form = await sign();
    const policy = Buffer.from(form.fields.Policy ?? '', 'base64').toString();
    const changed = Buffer.from(policy.replace('1024', '9999')).toString('base64');
    expect(changed).not.toBe(form.fields.Policy);
    const answer = await postForm(form, 'content', { ...image, Policy: changed });
    expect((await codeOf(answer)).slice(0, 2)).toEqual([403, 'SignatureDoesNotMatch']);
  });

  test.each([
    ['another signature', { 'X-Amz-Signature': 'f'.repeat(64) }, [403, 'SignatureDoesNotMatch']],
    ['no signature', { 'X-Amz-Signature': undefined }, [403, 'SignatureDoesNotMatch']],
    ['no policy', { Policy: undefined }, [403, 'AccessDenied']],
    ['no credential', { 'X-Amz-Credential': undefined }, [400, 'InvalidArgument']],
    ['another day', { 'X-Amz-Date': '20200101T000000Z' }, [400, 'InvalidArgument']],
    ['another algorithm', { 'X-Amz-Algorithm': 'none' }, [400, 'InvalidArgument']],
  ])('with %s', async (_, changes, expected) => {
    const answer = await postForm(await sign(), 'content', { ...image, ...changes });
    expect((await codeOf(answer)).slice(0, 2)).toEqual(expected);
  });

  test('signed by somebody that it does not know', async () => {
    const answer = await postForm(await sign({}, operator), 'content', image);
    expect((await codeOf(answer)).slice(0, 2)).toEqual([403, 'InvalidAccessKeyId']);
  });

  test.each([
    ['is no form at all', 'multipart/form-data', 'x'],
    [
      'ends too early',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx',
    ],
  ])('that %s', async (_, type, body) => {
    const answer = await fetch(`${server.url}/${Bucket}`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await codeOf(answer)).slice(0, 2)).toEqual([400, 'MalformedPOSTRequest']);
  });
});

describe('an object', () => {
  const Key = 'pictures/a b+c/ü.png';

  test('is written, read in whole or in part, looked at and deleted', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'content', ContentType: 'image/png' }));
    const part = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=1-3' }));
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['ont', 'bytes 1-3/7']);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ContentLength: 7,
      ContentType: 'image/png',
      LastModified: expect.any(Date),
    });
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(operator.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('that is not there is denied to a clone, which may not list', async () => {
    const get = new GetObjectCommand({ Bucket, Key: 'pictures/none' });
    await expect(client.send(get)).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    await expect(operator.send(get)).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  });

  test('is refused behind its end', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
    const get = new GetObjectCommand({ Bucket, Key, Range: 'bytes=7-' });
    await expect(client.send(get)).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('is not taken where its content is not what was signed', async () => {
    const put = fetch(`${server.url}/${Bucket}/${encodeURIComponent(Key)}`, {
      method: 'PUT',
      headers: { 'x-amz-content-sha256': '0'.repeat(64) },
      body: 'content',
    });
    expect((await codeOf(await put)).slice(0, 2)).toEqual([400, 'XAmzContentSHA256Mismatch']);
  });
});

test('what the twin does not know is refused by name', async () => {
  await expect(client.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'GET of a bucket list-type: the local twin does not answer it.',
  });
});
