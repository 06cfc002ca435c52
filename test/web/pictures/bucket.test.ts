// The bucket when it is slow, hangs, or denies: every call ends in time, and says what may be said.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bucket, maxBytes } from '../../../lib/web/pictures/bucket';

let server: Server;
let answer: RequestListener;
let bucket: Bucket;
const denied = jest.fn();
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  bucket = new Bucket({ name: 'pictures-of-tests', callMilliseconds: 300, streamMilliseconds: 300 }, denied);
  // What is loaded late is loaded here: it takes longer than the calls may.
  answer = (_, response) => response.writeHead(204).end();
  await bucket.delete('any');
});

afterAll(async () => {
  bucket.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  process.env = before;
});

const calls: [string, () => Promise<unknown>][] = [
  ['reading', () => bucket.read('key')],
  ['streaming', () => bucket.stream('key')],
  ['writing', () => bucket.write('key', Buffer.from('content'), 'image/png')],
  ['deleting', () => bucket.delete('key')],
];

const away = { statusCode: 503, message: 'The pictures cannot be reached now; try again.' };

describe.each(calls)('%s', (_, call) => {
  test('is given up when nothing comes back', async () => {
    answer = () => {};
    const start = performance.now();
    await expect(call()).rejects.toMatchObject(away);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  test('is refused when the bucket is not there: that is nobody’s picture missing', async () => {
    answer = (_request, response) =>
      response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchBucket</Code></Error>');
    await expect(call()).rejects.toMatchObject(away);
  });

  test('is tried again once', async () => {
    let times = 0;
    answer = (_request, response) => response.writeHead(times++ === 0 ? 500 : 200, { 'content-length': 0 }).end();
    await call();
    expect(times).toBe(2);
  });
});

test('content that stops coming is given up', async () => {
  answer = (_, response) => response.writeHead(200, { 'content-length': 10 }).write('half');
  await expect(bucket.read('key')).rejects.toMatchObject(away);
  const found = await bucket.stream('key');
  await expect(
    (async () => {
      for await (const _ of found?.body ?? []);
    })(),
  ).rejects.toThrow();
});

test('content without a length, or with more than is allowed, is none of ours', async () => {
  answer = (_, response) => response.writeHead(200).end('content');
  expect(await bucket.read('key')).toBeUndefined();
  answer = (_, response) => response.writeHead(200, { 'content-length': maxBytes + 1 }).write('content');
  expect(await bucket.read('key')).toBeUndefined();
});

test('a 403 is told: what is not there looks like a right that is missing', async () => {
  answer = (_, response) =>
    response.writeHead(403, { 'content-type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>');
  expect(await bucket.read('key')).toBeUndefined();
  expect(denied).toHaveBeenCalledWith(expect.objectContaining({ name: 'AccessDenied' }));
});

test('where there are no credentials, nothing is signed', async () => {
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'HOME']) delete process.env[name];
  const other = new Bucket({ name: 'pictures-of-tests' }, denied);
  await expect(other.signPost('key')).rejects.toMatchObject(away);
  other.close();
});
