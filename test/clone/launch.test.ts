// A new clone: in service once its app says that it is ready, given up with the reason when it does not.
import { launch } from '../../lib/clone/launch';
import { closeAll, hooks, listen, nowhere, serve, startGroup } from './beside';

afterEach(closeAll);

test('the group is told as soon as the app says that it is ready; each reason why it was not is logged once', async () => {
  const answers = [
    { status: 503, body: '{"missing":["sessions","primary"]}' },
    { status: 503, body: '{"missing":["primary"]}' },
    { status: 503, body: '{"missing":["primary"]}' },
    { status: 200, body: '{"ready":true}' },
  ];
  const asked: (string | undefined)[] = [];
  const appUrl = await serve((request, response) => {
    asked.push(request.url);
    const { status = 500, body } = answers.shift() ?? {};
    response.writeHead(status).end(body);
  });
  const { group, lifecycle } = await startGroup();
  const { lines, log } = listen();
  const outcome = group.actions.begin('i-1', hooks.ready);
  expect(await launch({ appUrl, readySeconds: 30, lifecycle, log })).toBe(true);
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
  expect(asked).toEqual(Array(4).fill('/-/ready'));
  expect(lines.map(({ msg }) => msg)).toEqual([
    'not ready yet: /-/ready answers 503 {"missing":["sessions","primary"]}',
    'not ready yet: /-/ready answers 503 {"missing":["primary"]}',
    'ready',
  ]);
});

test.each([
  ['is never ready', () => serve((_, response) => response.writeHead(503).end('no')), '/-/ready answers 503 no'],
  ['is not there', nowhere, 'connect ECONNREFUSED 127.0.0.1:'],
])('an app that %s is given up, and the reason is in the log', async (_, start, reason) => {
  const { group, lifecycle } = await startGroup();
  const { lines, log } = listen();
  const outcome = group.actions.begin('i-1', hooks.ready);
  expect(await launch({ appUrl: await start(), readySeconds: 0.2, lifecycle, log })).toBe(false);
  expect(await outcome).toEqual({ result: 'ABANDON', because: 'completed' });
  expect(lines.at(-1)).toMatchObject({
    level: 50,
    msg: expect.stringContaining(`gives up its launch: not ready within 0.2 s: ${reason}`),
  });
});

test('a clone that is quicker than its group tells it again', async () => {
  const appUrl = await serve((_, response) => response.end());
  const { group, lifecycle, event } = await startGroup();
  const launched = launch({ appUrl, readySeconds: 30, lifecycle, log: listen().log });
  await event(/CompleteLifecycleAction refused: ValidationError/);
  const outcome = group.actions.begin('i-1', hooks.ready);
  expect(await launched).toBe(true);
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
});

test('a clone that was launched before and starts again is ready all the same', async () => {
  const appUrl = await serve((_, response) => response.end());
  const { lifecycle } = await startGroup();
  const { lines, log } = listen();
  expect(await launch({ appUrl, readySeconds: 30, lifecycle, log, groupSeconds: 0 })).toBe(true);
  expect(lines.at(-1)).toMatchObject({ level: 40, msg: expect.stringContaining('does not wait for this clone') });
});
