// What an instance is waited for by: completed, given up, or over; and to nobody else's call.
import { LifecycleActions } from '../../lib/local/lifecycle-actions';

const ready = { name: 'ready', timeoutSeconds: 60, defaultResult: 'ABANDON' } as const;
const stop = { name: 'stop', timeoutSeconds: 30, defaultResult: 'CONTINUE' } as const;

let actions: LifecycleActions;
beforeEach(() => {
  jest.useFakeTimers();
  actions = new LifecycleActions();
});
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

test('it is completed by the instance and the hook that it is of, once', async () => {
  const outcome = actions.begin('i-1', ready);
  expect(actions.complete({ hook: 'ready', instanceId: 'i-2' }, 'CONTINUE')).toBe(false);
  expect(actions.complete({ hook: 'stop', instanceId: 'i-1' }, 'CONTINUE')).toBe(false);
  expect(actions.complete({ hook: 'ready', token: 'another', instanceId: 'i-1' }, 'CONTINUE')).toBe(false);
  expect(actions.complete({ hook: 'ready', instanceId: 'i-1' }, 'CONTINUE')).toBe(true);
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
  expect(actions.complete({ hook: 'ready', instanceId: 'i-1' }, 'CONTINUE')).toBe(false);
});

test.each([ready, stop])('without a word within its time it ends as the hook says: $name', async (hook) => {
  const outcome = actions.begin('i-1', hook);
  jest.advanceTimersByTime(hook.timeoutSeconds * 1000);
  expect(await outcome).toEqual({ result: hook.defaultResult, because: 'timed out' });
});

test('a heartbeat begins its time anew', async () => {
  const settled = jest.fn();
  const outcome = actions.begin('i-1', stop).then(settled);
  jest.advanceTimersByTime(29_000);
  expect(actions.heartbeat({ hook: 'stop', instanceId: 'i-1' })).toBe(true);
  expect(actions.heartbeat({ hook: 'stop', instanceId: 'i-2' })).toBe(false);
  jest.advanceTimersByTime(29_000);
  await Promise.resolve();
  expect(settled).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1000);
  await outcome;
  expect(settled).toHaveBeenCalledWith({ result: 'CONTINUE', because: 'timed out' });
});

test('an instance that is given up is waited for no more, the others are', async () => {
  const [gone, other] = [actions.begin('i-1', ready), actions.begin('i-2', ready)];
  actions.giveUp('i-1');
  expect(await gone).toEqual({ result: 'ABANDON', because: 'given up' });
  expect(actions.complete({ hook: 'ready', instanceId: 'i-2' }, 'CONTINUE')).toBe(true);
  await other;
});
