// A clone at work: hears when it must go, and sees an app that hangs; nothing else ends the watch.
import { Metadata } from '../../lib/clone/metadata';
import { type WatchOptions, watch } from '../../lib/clone/watch';
import { closeAll, listen, nowhere, serve } from './beside';

afterEach(closeAll);

/** Stands in for IMDSv2: an item is there or not, and nobody is answered without a token that still holds. */
const startMetadata = async (items: Record<string, Item>, tokenUses = 1000) => {
  let token = 0;
  let left = 0;
  const endpoint = await serve((request, response) => {
    const { method, url = '', headers } = request;
    if (method === 'PUT' && url === '/latest/api/token' && headers['x-aws-ec2-metadata-token-ttl-seconds']) {
      left = tokenUses;
      return response.end(`token ${++token}`);
    }
    const isKnown = headers['x-aws-ec2-metadata-token'] === `token ${token}` && left-- > 0;
    const item = items[url.replace('/latest/meta-data/', '')]?.();
    return response.writeHead(isKnown ? (item === undefined ? 404 : 200) : 401).end(item);
  });
  return new Metadata(endpoint);
};

const well = () => serve((_, response) => response.end());
const watching = (options: Pick<WatchOptions, 'appUrl' | 'metadata' | 'log'>) =>
  watch({ ...options, everyMs: 1, answerTimeoutMs: 100 });

type Item = () => string | undefined;

/** `before` so many times, then `after`. */
function later(times: number, before: string | undefined, after: string | undefined): Item {
  let left = times;
  return () => (left-- > 0 ? before : after);
}

test.each<[string, Record<string, Item>]>([
  ['its group ends it', { 'autoscaling/target-lifecycle-state': later(3, 'InService', 'Terminated') }],
  [
    'EC2 takes it back: {"action":"terminate","time":"2026-01-01T00:00:00Z"}',
    {
      'autoscaling/target-lifecycle-state': () => 'InService',
      'spot/instance-action': later(3, undefined, '{"action":"terminate","time":"2026-01-01T00:00:00Z"}'),
    },
  ],
])('a clone leaves when %s', async (why, items) => {
  const { lines, log } = listen();
  expect(await watching({ appUrl: await well(), metadata: await startMetadata(items), log })).toBe('leave');
  expect(lines.map(({ msg }) => msg)).toEqual([`leaves: ${why}`]);
});

test('a token that is over is asked for again', async () => {
  const metadata = await startMetadata(
    { 'autoscaling/target-lifecycle-state': later(8, 'InService', 'Terminated') },
    2,
  );
  const { lines, log } = listen();
  expect(await watching({ appUrl: await well(), metadata, log })).toBe('leave');
  expect(lines).toHaveLength(1);
});

test('metadata that cannot be asked are no reason to go; it is said once', async () => {
  const { lines, log } = listen();
  const state = later(4, '', 'Terminated');
  let calls = 0;
  const endpoint = await serve((request, response) => {
    if (request.method === 'PUT') return response.writeHead(calls++ < 3 ? 503 : 200).end('token');
    const item = request.url?.endsWith('target-lifecycle-state') ? state() : undefined;
    return response.writeHead(item === undefined ? 404 : 200).end(item);
  });
  expect(await watching({ appUrl: await well(), metadata: new Metadata(endpoint), log })).toBe('leave');
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'metadata token answers 503'],
    [30, 'metadata answers again'],
    [30, 'leaves: its group ends it'],
  ]);
});

test('an app that takes requests and answers none hangs, after three in a row', async () => {
  let asked = 0;
  // Once it is slow only once, which can be chance.
  const appUrl = await serve((_, response) => {
    if (asked++ === 1) response.end();
  });
  const { lines, log } = listen();
  expect(await watching({ appUrl, metadata: await startMetadata({}), log })).toBe('hangs');
  expect(asked).toBe(5);
  expect(lines.at(-1)).toMatchObject({
    level: 50,
    msg: 'the app hangs: /-/live was not answered 3 times in a row',
  });
});

test.each([
  ['answers that it drains', () => serve((_, response) => response.writeHead(503).end())],
  ['is just being started', nowhere],
])('an app that %s does not hang', async (_, start) => {
  const metadata = await startMetadata({ 'autoscaling/target-lifecycle-state': later(9, 'InService', 'Terminated') });
  expect(await watching({ appUrl: await start(), metadata, log: listen().log })).toBe('leave');
});
