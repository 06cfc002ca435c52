// Lifecycle calls as AWS answers them, to the SDK that clones use.
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetInstanceHealthCommand,
} from '@aws-sdk/client-auto-scaling';
import { closeAll, hooks, startGroup, type Waiting } from '../../clone/beside';

let waiting: Waiting;
let client: AutoScalingClient;
beforeEach(async () => {
  waiting = await startGroup();
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  client = new AutoScalingClient({ endpoint: waiting.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
});
afterEach(closeAll);

const of = { AutoScalingGroupName: 'fleet', LifecycleHookName: 'stop', InstanceId: 'i-1' };
const LifecycleActionResult = 'CONTINUE';

test('an action under way takes heartbeats and is completed once', async () => {
  const outcome = waiting.group.actions.begin('i-1', hooks.stop);
  await client.send(new RecordLifecycleActionHeartbeatCommand(of));
  await client.send(new CompleteLifecycleActionCommand({ ...of, LifecycleActionResult }));
  expect(await outcome).toEqual({ result: 'CONTINUE', because: 'completed' });
  await expect(client.send(new CompleteLifecycleActionCommand({ ...of, LifecycleActionResult }))).rejects.toMatchObject(
    {
      name: 'ValidationError',
      message: 'No active Lifecycle Action found with instance ID i-1',
      $metadata: { httpStatusCode: 400 },
    },
  );
});

test.each([
  ['an instance', {}, 'No active Lifecycle Action found with instance ID i-1'],
  ['a token', { LifecycleActionToken: 'abc' }, 'No active Lifecycle Action found with token abc'],
  [
    'another group',
    { AutoScalingGroupName: 'other' },
    'AutoScalingGroup name not found - AutoScalingGroup other not found',
  ],
])('of %s that is not waited for both calls are refused, as AWS words it', async (_, change, message) => {
  const refused = { name: 'ValidationError', message };
  const input = { ...of, ...change };
  await expect(client.send(new RecordLifecycleActionHeartbeatCommand(input))).rejects.toMatchObject(refused);
  await expect(
    client.send(new CompleteLifecycleActionCommand({ ...input, LifecycleActionResult })),
  ).rejects.toMatchObject(refused);
});

test('a result that is none is refused, and the action goes on', async () => {
  const outcome = waiting.group.actions.begin('i-1', hooks.stop);
  await expect(
    client.send(new CompleteLifecycleActionCommand({ ...of, LifecycleActionResult: 'RETRY' })),
  ).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringContaining('CONTINUE, ABANDON; got: RETRY'),
  });
  expect(waiting.group.actions.complete({ hook: 'stop', instanceId: 'i-1' }, 'CONTINUE')).toBe(true);
  await outcome;
});

test.each([
  [{ InstanceId: 'i-2', HealthStatus: 'Unhealthy' }, /^Instance Id not found - No managed instance found for .+ i-2$/],
  [{ InstanceId: 'i-1', HealthStatus: 'Poorly' }, /Healthy, Unhealthy; got: Poorly/],
])('SetInstanceHealth of %j is refused', async (input, message) => {
  await expect(client.send(new SetInstanceHealthCommand(input))).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringMatching(message),
  });
});

test('a grace is respected unless it shall not be', async () => {
  waiting.instance.inServiceAt = new Date();
  const unhealthy = { InstanceId: 'i-1', HealthStatus: 'Unhealthy' };
  await client.send(new SetInstanceHealthCommand(unhealthy));
  expect(waiting.instance).toMatchObject({ healthy: true, state: 'InService' });
  await client.send(new SetInstanceHealthCommand({ ...unhealthy, ShouldRespectGracePeriod: false }));
  expect(waiting.instance).toMatchObject({ healthy: false, state: expect.stringMatching(/^Terminating/) });
});

test.each(['Pending:Wait', 'Pending:Proceed', 'InService', 'Terminating:Wait', 'Terminating:Proceed'] as const)(
  'an instance in %s is told to be',
  async (state) => {
    waiting.instance.state = state;
    const { AutoScalingInstances } = await client.send(new DescribeAutoScalingInstancesCommand({}));
    expect(AutoScalingInstances).toMatchObject([{ InstanceId: 'i-1', LifecycleState: state }]);
  },
);
