// What every client of a command is configured with: an endpoint that says nothing must not hold anybody for ever.
import { createServer, type Server, type Socket } from 'node:net';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { toOperatorError } from '../../lib/ops/failure';
import { toClientConfig } from '../../lib/ops/target';

let silent: Server;
const sockets: Socket[] = [];
beforeAll(async () => {
  silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('an endpoint that takes calls and answers none cannot be reached', async () => {
  const { port } = silent.address() as { port: number };
  const target = { stage: 'dev', endpoint: `http://127.0.0.1:${port}`, region: 'eu-central-1' } as const;
  // Once, and not as often as a command would.
  const client = new CloudFormationClient({ ...toClientConfig(target), maxAttempts: 1 });
  const error = await client.send(new DescribeStacksCommand({})).catch((thrown) => toOperatorError(thrown, target));
  client.destroy();
  expect(error).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(
      /cannot be reached, got: (ETIMEDOUT|TimeoutError)\. Check the network and the endpoint$/,
    ),
  });
}, 60_000);
