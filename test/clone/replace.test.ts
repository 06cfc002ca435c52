// A clone whose app cannot be kept running ends as "unhealthy, replace me", and not in a loop.
import { replace } from '../../lib/clone/replace';
import { closeAll, hooks, listen, startGroup } from './beside';

afterEach(closeAll);

test('while it is launched it gives the launch up', async () => {
  const { group, instance, lifecycle } = await startGroup();
  const { lines, log } = listen();
  const outcome = group.actions.begin('i-1', hooks.ready);
  await replace({ lifecycle, log });
  expect(await outcome).toEqual({ result: 'ABANDON', because: 'completed' });
  expect(instance.healthy).toBe(true);
  expect(lines.map(({ msg }) => msg)).toEqual(['gives up its launch: the app cannot be kept running']);
});

test('in service it is unhealthy, and replaced', async () => {
  const { instance, lifecycle } = await startGroup();
  const { lines, log } = listen();
  await replace({ lifecycle, log });
  expect(instance.healthy).toBe(false);
  expect(lines.map(({ msg }) => msg)).toEqual(['unhealthy, to be replaced: the app cannot be kept running']);
});

test('what it can tell to nobody is an error: whoever started it must end the machine', async () => {
  const { group, lifecycle } = await startGroup();
  group.instances.clear();
  await expect(replace({ lifecycle, log: listen().log })).rejects.toThrow(
    'Instance Id not found - No managed instance found for instance ID i-1',
  );
});
