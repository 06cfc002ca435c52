// A clone's figures, as an agent beside it reads them, and nobody else.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { untilTrue } from '../real-servers';
import { type RunningClone, runClone, type Servers, signIn, startServers, untilReady } from '../running-clones';

let servers: Servers;
let clone: RunningClone;

beforeAll(async () => {
  servers = await startServers('mysql');
  clone = await runClone(servers.env, 'clone-1');
  await untilReady(clone);
});

afterAll(async () => {
  await clone?.stop(0);
  await servers?.stop();
});

const read = async (): Promise<string> => (await fetch(`${clone.url}/-/metrics`)).text();

test('requests, reads of what is cached and the process itself', async () => {
  const ada = await signIn(clone.url, 'ada');
  const created = await ada.send(`${clone.url}/api/articles`, 'POST', { title: 'On engines', body: 'One.' });
  const article = created.headers.get('location') ?? '';
  for (let n = 0; n < 3; n++) await ada.send(`${clone.url}${article}`);
  const answer = await fetch(`${clone.url}/-/metrics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('version=0.0.4')]);
  const text = await answer.text();
  const find = (name: string, labels: Record<string, string> = {}): string | undefined => {
    const parts = Object.entries({ clone: 'clone-1', release: 'source', stage: 'dev', ...labels });
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
    return lines.find((line) => parts.every(([label, value]) => line.includes(`${label}="${value}"`)))?.split(' ')[1];
  };
  const asked = { method: 'GET', route: '/api/articles/:id', status: '200' };
  expect(find('http_server_request_duration_seconds_count', asked)).toBe('3');
  expect([
    find('cached_reads_total', { outcome: 'rebuilt' }),
    find('cached_reads_total', { outcome: 'fresh' }),
  ]).toEqual(['1', '2']);
  for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds', 'nodejs_eventloop_delay_p99_seconds'])
    expect(Number(find(name))).toBeGreaterThan(0);
});

test('what a clone depends on and that does not answer is counted', async () => {
  servers.sessions.pause();
  try {
    const visitor = await fetch(`${clone.url}/api/me`, { headers: { cookie: `session=${'x'.repeat(43)}` } });
    expect(visitor.status).toBe(503);
  } finally {
    servers.sessions.resume();
  }
  servers.objects.pause();
  try {
    await fetch(`${clone.url}/`);
  } finally {
    servers.objects.resume();
  }
  await untilTrue('it to be counted', async () => /^backend_failures_total\{backend="objects"/m.test(await read()));
});

describe('are not there', () => {
  test('for who comes by a load balancer', async () => {
    const answer = await fetch(`${clone.url}/-/metrics`, { headers: { 'x-forwarded-for': '127.0.0.1' } });
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ title: 'Not Found' })]);
  });

  test('for who comes from another address', async () => {
    const asked = request(`${clone.url}/-/metrics`, { localAddress: '127.0.0.2' }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(404);
  });
});
