// What a request leaves behind: one line, and where its time went.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { Metrics } from '../../../lib/web/telemetry/metrics';
import { registerRequests, toRequestOptions } from '../../../lib/web/telemetry/requests';

const lines = new PassThrough({ encoding: 'utf8' });
const metrics = new Metrics({ clone: 'clone-1' });
let app: FastifyInstance;
let url: string;

beforeAll(async () => {
  metrics.load();
  app = fastify({
    logger: { stream: lines, base: { clone: 'clone-1', release: 'abc' } },
    ...toRequestOptions(),
  });
  registerRequests(app, metrics);
  app.get('/articles/:id', async (request) => {
    request.sessionMilliseconds = 1.24;
    return 'An article.';
  });
  app.get('/-/live', async () => 'live');
  app.get('/-/ready', async (_request, reply) => reply.code(503).send('not yet'));
  await app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  lines.read();
});

afterAll(() => app.close());

/** The lines that come with a request, which is over for its caller before it is logged. */
async function visit(path: string, headers: Record<string, string> = {}): Promise<[Response, object[]]> {
  const response = await fetch(`${url}${path}`, { headers: { connection: 'close', ...headers } });
  if (lines.readableLength === 0) await once(lines, 'readable');
  const text = String(lines.read());
  const parsed = text.split('\n').filter(Boolean);
  return [response, parsed.map((line) => JSON.parse(line))];
}

test('one line of JSON a request, with release, clone and trace, and without what follows the question mark', async () => {
  const trace = '1-67891233-abcdef012345678912345678';
  const [, logged] = await visit('/articles/17?key=secret', { 'x-amzn-trace-id': `Root=${trace}` });
  expect(logged).toEqual([
    {
      ...{ level: 30, time: expect.any(Number), clone: 'clone-1', release: 'abc', trace, msg: 'answered' },
      ...{ method: 'GET', path: '/articles/17', route: '/articles/:id', status: 200 },
      milliseconds: expect.any(Number),
    },
  ]);
});

test('what nobody has is one line, too', async () => {
  const [, logged] = await visit('/nowhere');
  expect(logged).toEqual([expect.objectContaining({ path: '/nowhere', route: 'none', status: 404 })]);
});

test('what machines ask all the time is logged only when the answer is bad', async () => {
  await fetch(`${url}/-/live`);
  const [, logged] = await visit('/-/ready');
  expect(logged).toEqual([expect.objectContaining({ path: '/-/ready', status: 503 })]);
});

test('a caller is told where the time went', async () => {
  const [signedIn] = await visit('/articles/17');
  expect(signedIn.headers.get('server-timing')).toMatch(/^session;dur=1\.2, app;dur=\d+\.\d$/);
  const [other] = await visit('/nowhere');
  expect(other.headers.get('server-timing')).toMatch(/^app;dur=\d+\.\d$/);
});

test('answers are counted by the pattern of their address', async () => {
  const { text = '' } = (await metrics.toText()) ?? {};
  expect(text).toMatch(/^http_server_request_duration_seconds_count\{.*route="\/articles\/:id",status="200"/m);
  expect(text).not.toContain('articles/17');
});
