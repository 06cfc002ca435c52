// Requests that another site made a browser send: which are refused, by what they say about themselves.
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { cloneEnv } from '../../lib/config/names';
import { createApp } from '../../lib/web/app';
import { Drain } from '../../lib/web/drain';
import { readEnv } from '../../lib/web/env';
import { getRunningRelease } from '../../lib/web/running-release';
import { verifySameOrigin } from '../../lib/web/same-origin';

const toRequest = (method: string, headers: Record<string, string>): FastifyRequest =>
  ({ method, headers: { host: 'clones.example', ...headers } }) as unknown as FastifyRequest;

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };

test.each([
  ['a page of ours', 'POST', { ...form, 'sec-fetch-site': 'same-origin', origin: 'https://clones.example' }],
  ['somebody typing an address', 'POST', { ...form, 'sec-fetch-site': 'none' }],
  ['a browser without Sec-Fetch-Site', 'POST', { ...form, origin: 'https://clones.example' }],
  ['a program that sends JSON', 'POST', json],
  ['a program that deletes', 'DELETE', {}],
  ['anybody who only reads', 'GET', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
])('%s is let in', (_who, method, headers) => {
  expect(() => verifySameOrigin(toRequest(method, headers), true)).not.toThrow();
});

test.each([
  ['another site', 'POST', { ...form, 'sec-fetch-site': 'cross-site' }],
  ['another site with JSON', 'POST', { ...json, 'sec-fetch-site': 'cross-site' }],
  ['another site that deletes', 'DELETE', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbouring subdomain', 'PUT', { ...json, 'sec-fetch-site': 'same-site' }],
  ['another origin', 'POST', { ...form, origin: 'https://evil.example' }],
  ['another port', 'POST', { ...form, origin: 'https://clones.example:8443' }],
  ['our name by http', 'POST', { ...form, origin: 'http://clones.example' }],
  ['a hidden origin', 'POST', { ...json, origin: 'null' }],
  ['a form without any origin', 'POST', form],
  ['text that claims to be nothing', 'POST', { 'content-type': 'text/plain' }],
])('%s is refused', (_who, method, headers) => {
  expect(() => verifySameOrigin(toRequest(method, headers), true)).toThrow('This request came from another site.');
});

test('without https an origin by http is ours', () => {
  expect(() => verifySameOrigin(toRequest('POST', { ...form, origin: 'http://clones.example' }), false)).not.toThrow();
});

describe('at every route that changes something', () => {
  const endpoint = 'nowhere:1';
  const env = readEnv({
    ...{ [cloneEnv.stage]: 'dev', [cloneEnv.cloneId]: 'clone', [cloneEnv.port]: '1', [cloneEnv.pictures]: 'pictures' },
    ...{ [cloneEnv.sessions]: endpoint, [cloneEnv.objects]: endpoint, [cloneEnv.primary]: endpoint },
    ...{ [cloneEnv.cacheSecret]: 'arn', [cloneEnv.databaseSecret]: 'arn' },
  });
  const running = getRunningRelease(join(__dirname, '../../bin'));
  const { server } = createApp({ env, running, drain: new Drain(1), logLevel: 'silent' });
  let routes: [method: string, path: string][];

  beforeAll(async () => {
    await server.ready();
    routes = readTree(server.printRoutes({ commonPrefix: false })).filter(([method]) => !/GET|HEAD/.test(method));
  });

  afterAll(() => server.close());

  test.each(['cross-site', 'same-site'])('a request that is %s is refused', async (site) => {
    expect(routes.length).toBeGreaterThan(20);
    const answers = await Promise.all(
      routes.map(async ([method, path]) => {
        const url = path.replace(':id', '1').replace(':name', 'ada');
        const headers = { 'sec-fetch-site': site, 'content-type': 'application/json' };
        const { statusCode } = await server.inject({ method: method as 'POST', url, headers, payload: '{}' });
        return [method, path, statusCode];
      }),
    );
    expect(answers.filter(([, , status]) => status !== 403)).toEqual([]);
  });

  test('a page of ours is let in', async () => {
    const [method, url] = ['POST' as const, '/api/users'];
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    expect((await server.inject({ method, url, headers, payload: '{}' })).statusCode).toBe(400);
  });
});

/** Fastify's drawing of its routes: each line is what its path adds to that of the line it hangs on. */
function readTree(drawing: string): [method: string, path: string][] {
  const above: string[] = [];
  const lines = drawing.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([\s│├└─]*)(\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    const depth = indent.length / 4 - 1;
    above.length = depth;
    above[depth] = part;
    const path = above.join('').replace('//', '/');
    return methods.split(', ').map((method): [string, string] => [method, path]);
  });
}
