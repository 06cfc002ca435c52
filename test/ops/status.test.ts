// Status of a large fleet, and what it shows when AWS does not let it see all: asked of the twin through a server that counts, and refuses.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Alarms } from '../../lib/local/alarms/alarms';
import type { Fleet } from '../../lib/local/fleet';
import { CloneGroup, type GroupOptions } from '../../lib/local/group';
import { LaunchTemplates } from '../../lib/local/launch-templates';
import { History } from '../../lib/local/twin/figures/history';
import { Twin } from '../../lib/local/twin/twin';
import { Aws } from '../../lib/ops/aws';
import { toOperatorError } from '../../lib/ops/failure';
import { getStatus, type StageStatus } from '../../lib/ops/status';
import { planWith } from '../local/planned';

const clones = 200;
const plan = planWith();

/** The real twin over a fleet of which nothing runs. */
async function startTwin(): Promise<Twin> {
  const template = new LaunchTemplates({ imageId: 'ami-1', toUserData: () => '' }).default;
  const options = { plan: plan.group, template, loadBalancer: {}, targetGroup: plan.targetGroup };
  const group = new CloneGroup(options as unknown as GroupOptions);
  for (let i = 0; i < clones; i++) {
    const id = `i-${String(i).padStart(17, '0')}`;
    const of = { zone: 'eu-central-1a', launchedAt: new Date(), tags: plan.group.tags, slot: i + 1, template };
    group.instances.set(id, { id, ...of, state: 'InService', healthy: true });
  }
  const states = new Map(Array.from({ length: clones }, (_, i) => [i + 1, { status: 'up', requests: 0, reason: '' }]));
  const addresses = new Map(
    [plan.loadBalancer, ...plan.caches, plan.primary, ...plan.replicas].map(({ key }, i) => [
      key,
      { host: '127.0.0.1', port: i + 1 },
    ]),
  );
  const fleet = {
    ...{ plan, group, addresses, startedAt: new Date(), url: 'http://127.0.0.1:1', caches: [], databases: [] },
    ...{ loadBalancer: { describe: async () => states, readTraffic: async () => undefined }, emit: () => true },
  };
  const history = new History(fleet as unknown as Fleet);
  Object.assign(fleet, { figures: history, alarms: new Alarms({ plans: plan.alarms, history, onEvent: () => {} }) });
  return await Twin.start(fleet as unknown as Fleet);
}

interface Between {
  readonly endpoint: string;
  /** How often it was asked once all that was asked before had been answered. */
  readonly rounds: () => number;
  readonly calls: string[];
  readonly stop: () => Promise<void>;
}

/** Answers together what is asked together; an action that is refused is answered so. */
async function startBetween(twin: string, refused: Readonly<Record<string, [number, string]>> = {}): Promise<Between> {
  const calls: string[] = [];
  let rounds = 0;
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const target = String(request.headers['x-amz-target'] ?? '');
    const action = target ? (target.split('.').at(-1) as string) : (new URLSearchParams(body).get('Action') ?? '');
    calls.push(action);
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      clearTimeout(timer);
      timer = setTimeout(() => {
        rounds += 1;
        const all = waiting;
        waiting = [];
        for (const each of all) each();
      }, 100);
    });
    const [status, code] = refused[action] ?? [];
    if (status !== undefined) {
      const message = `User: arn:aws:iam::1:user/ann is not allowed this`;
      response.writeHead(status, { 'content-type': target ? 'application/x-amz-json-1.1' : 'text/xml' });
      response.end(
        target
          ? JSON.stringify({ __type: code, message })
          : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
      return;
    }
    const { host: _, connection: __, ...headers } = request.headers;
    const found = await fetch(twin, { method: 'POST', headers: headers as Record<string, string>, body });
    response.writeHead(found.status, { 'content-type': found.headers.get('content-type') ?? 'text/xml' });
    response.end(await found.text());
  };
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rounds: () => rounds,
    calls,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
});
afterAll(async () => {
  await twin?.stop();
});

async function ask(
  refused: Readonly<Record<string, [number, string]>> = {},
): Promise<Between & { status: StageStatus }> {
  const between = await startBetween(twin.endpoint, refused);
  const target = { stage: 'dev', endpoint: between.endpoint, region: plan.region } as const;
  const aws = new Aws(target);
  try {
    return { ...between, status: await getStatus(aws) };
  } catch (error) {
    throw toOperatorError(error, target);
  } finally {
    aws.close();
    await between.stop();
  }
}

test('of 200 clones all are shown, after fewer than 10 calls in sequence', async () => {
  const { status, rounds, calls } = await ask();
  expect(status.clones).toHaveLength(clones);
  expect(status.clones).toEqual(
    Array(clones).fill(expect.objectContaining({ health: 'healthy', release: expect.any(String) })),
  );
  expect(rounds()).toBeLessThan(10);
  expect(calls.length).toBeLessThan(30);
});

test.each([
  ['DescribeDBInstances', 'AccessDenied', 'database', 'needs rds:DescribeDBInstances'],
  ['DescribeAlarms', 'AccessDeniedException', 'alarms', 'needs cloudwatch:DescribeAlarms'],
  ['DescribeAutoScalingGroups', 'AccessDenied', 'clones', 'needs autoscaling:DescribeAutoScalingGroups'],
  ['DescribeInstanceRefreshes', 'AccessDenied', 'refresh', 'needs autoscaling:DescribeInstanceRefreshes'],
  ['DescribeInstances', 'UnauthorizedOperation', 'instances', 'needs ec2:DescribeInstances'],
] as const)('who may not %s is told so there, and the rest still shows', async (action, code, part, why) => {
  const { status } = await ask({ [action]: [403, code] });
  expect(status[part]).toEqual({ unknown: why });
  expect(status.url).toBe('http://127.0.0.1:1');
  if (part !== 'clones') expect(status.clones).toHaveLength(clones);
});

test('who may not see the health of targets sees clones whose health is unknown', async () => {
  const { status } = await ask({ DescribeTargetHealth: [403, 'AccessDenied'] });
  const reason = 'needs elasticloadbalancing:DescribeTargetHealth';
  expect(status.clones).toEqual(Array(clones).fill(expect.objectContaining({ health: 'unknown', reason })));
});

test.each([
  [
    'credentials that have expired',
    'ExpiredToken',
    403,
    /valid credentials are needed, got: .+ Sign in, or set AWS_PROFILE$/,
    3,
  ],
  [
    'AWS that is asked too much',
    'Throttling',
    400,
    /is asked too much, got: Throttling for cloudformation:DescribeStacks/,
    3,
  ],
  [
    'a right that is missing for all',
    'AccessDenied',
    403,
    /refused, got: AccessDenied. It needs cloudformation:DescribeStacks: have it allowed$/,
    1,
  ],
])(
  '%s is one sentence with its exit code',
  async (_, code, status, sentence, exitCode) => {
    const failed = ask({ DescribeStacks: [status, code] });
    await expect(failed).rejects.toMatchObject({ message: expect.stringMatching(sentence), exitCode });
  },
  30_000,
);
