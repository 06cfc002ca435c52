// What a clone tells its group, by the real SDK: patient with throttling, honest about refusals.
import { Lifecycle } from '../../lib/clone/lifecycle';
import { closeAll, hooks, serve, startGroup } from './beside';

afterEach(closeAll);

const toError = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

/** Auto Scaling as far as its answers go, one after the other; the last of them again and again. */
const startStandIn = async (answers: readonly [status: number, body: string][]) => {
  let calls = 0;
  const endpoint = await serve((request, response) => {
    const [status, body] = answers[Math.min(calls++, answers.length - 1)] as [number, string];
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'text/xml' }).end(body));
  });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = { endpoint, region: 'eu-central-1', credentials };
  return { lifecycle: new Lifecycle({ cloneId: 'i-1', group: 'fleet', client }), calls: () => calls };
};

const done = '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>';

test('throttled calls are made again', async () => {
  const throttled = [400, toError('Throttling', 'Rate exceeded')] as [number, string];
  const { lifecycle, calls } = await startStandIn([throttled, throttled, [200, done]]);
  expect(await lifecycle.complete('ready', 'CONTINUE', 0)).toBe(true);
  expect(calls()).toBe(3);
});

test('a refused right is an error at once', async () => {
  const { lifecycle, calls } = await startStandIn([[403, toError('AccessDenied', 'not authorized')]]);
  await expect(lifecycle.complete('ready', 'CONTINUE', 30)).rejects.toThrow('not authorized');
  expect(calls()).toBe(1);
});

test('a hook that nobody waits in is told from one that is completed', async () => {
  const { group, lifecycle } = await startGroup();
  expect(await lifecycle.complete('stop', 'CONTINUE', 0)).toBe(false);
  const outcome = group.actions.begin('i-1', hooks.stop);
  expect(await lifecycle.complete('ready', 'CONTINUE', 0)).toBe(false);
  expect(await lifecycle.complete('stop', 'CONTINUE', 0)).toBe(true);
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
});

test('a clone that calls itself unhealthy is heard within its grace, too', async () => {
  const { instance, lifecycle, group } = await startGroup();
  instance.inServiceAt = new Date();
  const events: string[] = [];
  group.on('event', (text) => events.push(text));
  await lifecycle.setUnhealthy();
  expect(instance).toMatchObject({ healthy: false, state: expect.stringMatching(/^Terminating/) });
  expect(events).toContain('i-1 is said to be unhealthy; it is replaced');
});
