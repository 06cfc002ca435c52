// The last words of a clone: its group waits no longer than it must.
import { leave } from '../../lib/clone/leave';
import { closeAll, hooks, listen, startGroup } from './beside';

afterEach(closeAll);

test('the group is told that the clone has left', async () => {
  const { group, lifecycle } = await startGroup();
  const { lines, log } = listen();
  const outcome = group.actions.begin('i-1', hooks.stop);
  await leave({ lifecycle, log, withinSeconds: 0 });
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
  expect(lines.map(({ msg }) => msg)).toEqual(['has left']);
});

test('a group whose load balancer has not let go yet is told again', async () => {
  const { group, lifecycle, event } = await startGroup();
  const left = leave({ lifecycle, log: listen().log, withinSeconds: 30 });
  await event(/CompleteLifecycleAction refused/);
  const outcome = group.actions.begin('i-1', hooks.stop);
  await left;
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
});

test('a clone that EC2 takes back leaves, though nobody waits for it', async () => {
  const { lifecycle } = await startGroup();
  const { lines, log } = listen();
  await leave({ lifecycle, log, withinSeconds: 0 });
  expect(lines.map(({ msg }) => msg)).toEqual(['has left; the group did not wait for it']);
});
