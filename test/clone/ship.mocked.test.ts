// A clone's journal leaves the clone: all of it, while AWS is there, comes back, or is away, and at the clone's end.
import { PassThrough } from 'node:stream';
import { type ShipOptions, ship } from '../../lib/clone/ship';
import { closeAll, listen } from './beside';
import { LogsStandIn } from './logs-stand-in';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await closeAll();
});

const away = { status: 503, name: 'ServiceUnavailableException' };

/** A journal to say things in, and who ships it. */
const start = async (options: Partial<ShipOptions> = {}) => {
  const aws = await new LogsStandIn().start();
  const entries = new PassThrough();
  const stop = new AbortController();
  const { lines, log } = listen();
  const cursors: string[] = [];
  const shipped = ship({
    ...{ clone: 'i-1', entries, stream: aws.connect(), log, stop: stop.signal },
    ...{ everyMs: 5, againMs: { least: 1, most: 5 }, lastMs: { words: 5, sending: 5000 } },
    onShipped: (cursor) => void cursors.push(cursor),
    ...options,
  });
  ends.push(() => {
    stop.abort();
    entries.end();
    aws.away = undefined;
    return shipped;
  });
  let count = 0;
  const say = (...messages: string[]): void => {
    for (const MESSAGE of messages) {
      const at = String(1_700_000_000_000_000 + 1000 * count++);
      entries.write(`${JSON.stringify({ __CURSOR: MESSAGE, __REALTIME_TIMESTAMP: at, MESSAGE })}\n`);
    }
  };
  return { aws, entries, stop, lines, cursors, shipped, say };
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

const one = '{"msg":"one"}';
const two = '{"msg":"two"}';
const three = '{"msg":"three"}';

test('what the journal says is in a stream of the clone’s own, while it goes on', async () => {
  const { aws, say, cursors, entries, shipped } = await start();
  say(one, two);
  await until(() => aws.messages.length === 2);
  say(three);
  await until(() => cursors.at(-1) === three);
  expect(aws.messages).toEqual([one, two, three]);
  expect(aws.calls.slice(0, 2)).toEqual(['CreateLogStream', 'PutLogEvents']);
  entries.end();
  expect(await shipped).toBe(0);
});

test('a stream that is there is gone on with', async () => {
  const { aws, say } = await start();
  aws.streams.set('i-1', [[{ timestamp: 0, message: 'before' }]]);
  say(one);
  await until(() => aws.messages.length === 2);
  expect(aws.messages).toEqual(['before', one]);
});

test('a stream that somebody removes is made anew', async () => {
  const { aws, say } = await start();
  say(one);
  await until(() => aws.messages.length === 1);
  aws.streams.delete('i-1');
  say(two);
  await until(() => aws.messages.length === 1);
  expect(aws.messages).toEqual([two]);
});

test('a full batch is not waited for', async () => {
  const { aws, say } = await start({ everyMs: 3_600_000 });
  say(...Array.from({ length: 10_000 }, () => one));
  await until(() => aws.messages.length === 10_000);
});

test.each([
  ['throttles', { status: 400, name: 'ThrottlingException' }],
  ['is away', away],
  ['does not let it in yet', { status: 400, name: 'AccessDeniedException' }],
])('while AWS %s, it is tried again, and that is said once', async (_what, refusal) => {
  const { aws, say, lines, entries, shipped } = await start();
  say(one);
  await until(() => aws.messages.length === 1);
  aws.next.push(...Array.from({ length: 5 }, () => refusal));
  say(two);
  await until(() => aws.messages.length === 2);
  expect(aws.messages).toEqual([one, two]);
  entries.end();
  await shipped;
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, `AWS does not take the log, it is tried again: ${refusal.name}: ${refusal.name}`],
    [30, 'AWS takes the log again'],
  ]);
});

test('what AWS will never take holds up nothing after it, and is said', async () => {
  const { aws, say, lines, cursors } = await start();
  say(one);
  await until(() => aws.messages.length === 1);
  aws.next.push({ status: 400, name: 'InvalidParameterException', message: 'not this' });
  say(two);
  await until(() => cursors.at(-1) === two);
  say(three);
  await until(() => aws.messages.length === 2);
  expect(aws.messages).toEqual([one, three]);
  expect(lines.map(({ msg }) => msg)).toContain('AWS refuses lines of the log: not this');
});

test('times that AWS does not take are said, once', async () => {
  const { aws, say, lines, cursors } = await start();
  aws.rejected = { tooNewLogEventStartIndex: 0 };
  say(one);
  await until(() => cursors.length === 1);
  say(two);
  await until(() => cursors.length === 2);
  expect(lines.map(({ msg }) => msg)).toEqual(['AWS refuses lines of the log: tooNewLogEventStartIndex']);
});

test('what is too much while AWS is away goes, the oldest first, and the log says how much', async () => {
  const { aws, say } = await start({ maxBytes: 3 * (one.length + 26) });
  aws.away = away;
  say('{"msg":"first"}');
  await until(() => aws.calls.length > 0);
  const all = Array.from({ length: 10 }, (_, index) => `{"msg":"${index}__"}`.slice(0, one.length));
  say(...all);
  await until(() => aws.calls.length > 20);
  aws.away = undefined;
  await until(() => aws.messages.length === 5);
  expect(aws.messages[0]).toBe('{"msg":"first"}');
  expect(JSON.parse(aws.messages[1] ?? '')).toEqual({
    level: 40,
    time: expect.any(Number),
    clone: 'i-1',
    program: 'ship',
    msg: 'lines are missing here: 7; AWS was away',
  });
  expect(aws.messages.slice(2)).toEqual(all.slice(7));
});

test('while AWS takes it, nothing is lost, however much it is at once', async () => {
  const { aws, say, shipped, entries, cursors } = await start({ maxBytes: 2 * 1_048_576 });
  const all = Array.from({ length: 200 }, (_, index) => `{"msg":"${index} ${'x'.repeat(50_000)}"}`);
  say(...all);
  entries.end();
  expect(await shipped).toBe(0);
  expect(aws.messages).toEqual(all);
  expect(cursors.at(-1)).toBe(all.at(-1));
});

test('while AWS is away, the journal is read on: what it would lose is counted', async () => {
  const { aws, say, entries } = await start({ maxBytes: 2 * 1_048_576 });
  aws.away = away;
  say(one);
  await until(() => aws.calls.length > 0);
  say(...Array.from({ length: 200 }, (_, index) => `{"msg":"${index} ${'x'.repeat(50_000)}"}`));
  await until(() => entries.readableLength + entries.writableLength === 0);
  aws.away = undefined;
  await until(() => aws.messages.some((message) => /lines are missing here: 1[56]\d;/.test(message)));
});

test('at a clone’s end what is left is sent, also what comes just then', async () => {
  const { aws, say, stop, shipped } = await start({ everyMs: 3_600_000, lastMs: { words: 100, sending: 5000 } });
  say(one);
  stop.abort();
  say(two);
  expect(await shipped).toBe(0);
  expect(aws.messages).toEqual([one, two]);
});

test.each([
  ['is away', away],
  ['hangs', 'hangs'],
] as const)('at a clone’s end an AWS that %s is not waited for', async (_how, how) => {
  const { aws, say, stop, shipped, cursors } = await start({ lastMs: { words: 5, sending: 100 } });
  aws.away = how;
  say(one);
  await until(() => aws.calls.length > 0);
  say(two, three);
  stop.abort();
  expect(await shipped).toBe(3);
  expect(cursors).toEqual([]);
});

test('at a clone’s end a long wait for another try is over', async () => {
  const { aws, say, stop, shipped } = await start({ againMs: { least: 3_600_000, most: 3_600_000 } });
  aws.next.push(away);
  say(one);
  await until(() => aws.calls.length > 0);
  stop.abort();
  expect(await shipped).toBe(0);
  expect(aws.messages).toEqual([one]);
});
