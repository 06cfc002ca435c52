// The twin under boto3: every answer is what botocore's model of the service says, and its pages and waiters end well.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, GetMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeEventsCommand as DescribeCacheEventsCommand,
  ElastiCacheClient,
  TestFailoverCommand,
} from '@aws-sdk/client-elasticache';
import {
  CreateBlueGreenDeploymentCommand,
  DescribeEventsCommand,
  RDSClient,
  RebootDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { PutParameterCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { services } from '../../lib/local/twin/twin';
import { planWith } from '../local/planned';
import { type Python, providePackages } from '../policy/python';
import { clients, toRows, toWaiters } from './model-rows';
import { type RunningFleet, startFleet, until } from './running-fleet';

interface Found {
  readonly problems: readonly string[];
  /** Null where boto3 knows of no pages. */
  readonly paged: null | {
    readonly pages: number;
    /** Items of the page that had the most. */
    readonly most: number;
    readonly takesSize: boolean;
    /** Items by key: of one answer, and of all pages. */
    readonly all: Readonly<Record<string, number>>;
    readonly seen: Readonly<Record<string, number>>;
  };
}

interface Findings {
  readonly calls: Readonly<Record<string, Found>>;
  /** In the order they were asked for. */
  readonly waiters: readonly string[];
}

const plan = planWith();
const rows = toRows(plan);
const waiters = toWaiters(plan);

let fleet: RunningFleet;
let findings: Findings;

const settings = () => ({
  endpoint: fleet.endpoint,
  region: fleet.region,
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});

/** What is known only once the fleet is up. */
const known: Record<string, string> = {};
const fill = (input: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(input).map(([name, value]) => [name, known[String(value)] ?? value]));

async function askModels({ command: [file, ...args], env }: Python): Promise<Findings> {
  const temporary = mkdtempSync(join(tmpdir(), 'clonekit-models-'));
  try {
    const child = spawn(file, [...args, join(__dirname, 'ask_models.py')], {
      cwd: temporary,
      env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary, LC_ALL: 'C.UTF-8', ...env },
    });
    const said = { out: '', error: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.error += chunk;
    });
    const calls = rows.map(({ call, input }) => {
      const [client, action] = call.split(' ');
      return { client, action, input: fill(input) };
    });
    const { endpoint, region } = fleet;
    child.stdin.end(JSON.stringify({ endpoint, region, key: toOperatorKey(), calls, waiters }));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`boto3 ended with ${code}: ${said.error}`);
    return JSON.parse(said.out);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Who may run programs on clones. */
const toOperatorKey = (): string => JSON.parse(readFileSync(join(fleet.home, 'fleet.json'), 'utf8')).operatorKey;

/** What some calls tell of must have happened: a command, a parameter, a roll, a failover, a restart, a copy of the databases, a line of an operator. */
async function prepare(): Promise<void> {
  const operatorKey = toOperatorKey();
  const ssm = new SSMClient({ ...settings(), credentials: { accessKeyId: operatorKey, secretAccessKey: operatorKey } });
  await ssm.send(new PutParameterCommand({ Name: '/clonekit/dev/test', Value: 'here', Type: 'String' }));
  const scaling = new AutoScalingClient(settings());
  const of = { AutoScalingGroupName: plan.group.name };
  const group = await scaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [plan.group.name] }));
  const InstanceIds = (group.AutoScalingGroups?.[0]?.Instances ?? []).map(({ InstanceId }) => InstanceId as string);
  const Parameters = { commands: ['true'] };
  const sent = await ssm.send(new SendCommandCommand({ DocumentName: 'AWS-RunShellScript', InstanceIds, Parameters }));
  Object.assign(known, { '@command': sent.Command?.CommandId, '@instance': InstanceIds[0] });
  await scaling.send(new StartInstanceRefreshCommand({ ...of, Preferences: { SkipMatching: true } }));
  const logs = new CloudWatchLogsClient(settings());
  const stream = { logGroupName: plan.logGroup, logStreamName: 'operators' };
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = ['first', 'second'].map((message) => ({ message, timestamp: Date.now() }));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  const [sessions] = plan.caches;
  const [replica] = plan.replicas;
  const caches = new ElastiCacheClient(settings());
  await caches.send(new TestFailoverCommand({ ReplicationGroupId: sessions?.id, NodeGroupId: '0001' }));
  const rds = new RDSClient(settings());
  await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: replica?.id }));
  const Source = `arn:aws:rds:${plan.region}:000000000000:db:${plan.primary.id}`;
  await rds.send(new CreateBlueGreenDeploymentCommand({ BlueGreenDeploymentName: 'upgrade', Source }));
  await until('all is at rest again', async () => {
    const { Events: happened = [] } = await rds.send(new DescribeEventsCommand({}));
    const { Events: failedOver = [] } = await caches.send(new DescribeCacheEventsCommand({}));
    return happened.length >= 3 && failedOver.length >= 2;
  });
  for (const client of [ssm, scaling, logs, caches, rds]) client.destroy();
}

beforeAll(async () => {
  const [python, started] = await Promise.all([providePackages(['boto3==1.44.8']), startFleet()]);
  fleet = started;
  // Whose history has an entry, and another.
  const watch = new CloudWatchClient(settings());
  for (const StateValue of ['ALARM', 'OK'] as const) {
    await watch.send(
      new SetAlarmStateCommand({ AlarmName: plan.alarms[0]?.name, StateValue, StateReason: 'a test says so' }),
    );
  }
  await prepare();
  findings = await askModels(python);
}, 240_000);

afterAll(async () => {
  await fleet?.stop();
});

test('every action that reads has a row, and every row is of an action', () => {
  const reads = services.flatMap(({ signingName, actions }) =>
    Object.keys(actions)
      .filter((action) => /^(Describe|Filter|Get|List)/.test(action))
      .map((action) => `${clients[signingName]} ${action}`),
  );
  expect(rows.map(({ call }) => call).sort()).toEqual([...new Set(reads)].sort());
});

test.each(rows.map(({ call }) => call))('%s is answered as the model says', (call) => {
  expect(findings.calls[call]?.problems).toEqual([]);
});

test.each(rows.map((one) => [one.call, one] as const))('%s has as many items in pages as at once', (call, row) => {
  const paged = findings.calls[call]?.paged;
  if (!paged) return expect(row.pages ?? false).toBe(false);
  const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, one) => sum + one, 0);
  expect(total(paged.all)).toBeGreaterThanOrEqual(row.least ?? 1);
  if (row.goesOn) expect(total(paged.seen)).toBeGreaterThanOrEqual(total(paged.all));
  else expect(paged.seen).toEqual(paged.all);
  if (row.pages) expect(paged.most).toBe(1);
});

test.each(waiters.map(({ client, name, input }, index) => [client, name, input, index] as const))(
  'boto3 waits for %s %s of %j, and it comes',
  (_, __, ___, index) => {
    expect(findings.waiters[index]).toBe('reached');
  },
);

test('a page that nobody offered is refused with the code of the service', async () => {
  const rds = new RDSClient(settings());
  const scaling = new AutoScalingClient(settings());
  const logs = new CloudWatchLogsClient(settings());
  await expect(rds.send(new DescribeEventsCommand({ Marker: 'other' }))).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
  await expect(scaling.send(new DescribeAutoScalingGroupsCommand({ NextToken: 'other' }))).rejects.toMatchObject({
    name: 'InvalidNextToken',
  });
  await expect(logs.send(new DescribeLogGroupsCommand({ nextToken: 'other' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  for (const client of [rds, scaling, logs]) client.destroy();
});

test('what visitors asked is what CloudWatch counted, and who answered', async () => {
  const watch = new CloudWatchClient(settings());
  const [LoadBalancer] = [plan.loadBalancer.arn.split(':loadbalancer/')[1]];
  const read = async (MetricName: string, Stat = 'Sum'): Promise<number> => {
    const Metric = {
      Namespace: 'AWS/ApplicationELB',
      MetricName,
      Dimensions: [{ Name: 'LoadBalancer', Value: LoadBalancer }],
    };
    const { MetricDataResults } = await watch.send(
      new GetMetricDataCommand({
        MetricDataQueries: [{ Id: 'all', MetricStat: { Metric, Period: 3600, Stat } }],
        StartTime: new Date(Date.now() - 3600_000),
        EndTime: new Date(Date.now() + 60_000),
      }),
    );
    return (MetricDataResults?.[0]?.Values ?? []).reduce((sum, value) => sum + value, 0);
  };
  const names = ['RequestCount', 'HTTPCode_Target_2XX_Count', 'HTTPCode_Target_4XX_Count', 'HTTPCode_ELB_4XX_Count'];
  const readAll = () => Promise.all(names.map((name) => read(name)));
  const before = await readAll();
  for (let visit = 0; visit < 7; visit++) await (await fetch(`${fleet.url}/-/identity`)).text();
  for (let visit = 0; visit < 3; visit++) await (await fetch(`${fleet.url}/nothing-is-here`)).text();
  await until('10 more requests are counted', async () => {
    const grown = (await readAll()).map((value, index) => value - (before[index] ?? 0));
    return JSON.stringify(grown) === JSON.stringify([10, 7, 3, 0]);
  });
  expect(await read('TargetResponseTime', 'Average')).toBeGreaterThan(0);
  await expect(read('TargetResponseTime', 'p99')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});
