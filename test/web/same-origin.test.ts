// Requests that another site made a browser send: which are refused, by what they say about themselves.
import type { FastifyRequest } from 'fastify';
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
