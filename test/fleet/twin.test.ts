// The twin of a running fleet under clients of AWS's API: the SDK's own, and the aws command line that nobody here wrote.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { serversFolder } from '../provide-servers';
import { aws } from './aws-cli';
import { clonekit, type RunningFleet, startFleet, until } from './running-fleet';

type Listed = Record<string, unknown>;

const flavours = [
  ['mysql', 'valkey'],
  ['mariadb', 'redis'],
] as const;

/** Of a login that is right, in the clear. */
const refusals = { mysql: 'ER_SECURE_TRANSPORT_REQUIRED', mariadb: 'ER_ACCESS_DENIED_ERROR' };

describe.each(flavours)('a fleet on %s and %s', (database, cache) => {
  let fleet: RunningFleet;
  const config = () => ({
    endpoint: fleet.endpoint,
    region: fleet.region,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const cliEnv = () => ({
    AWS_ENDPOINT_URL: fleet.endpoint,
    AWS_REGION: fleet.region,
    AWS_DEFAULT_REGION: fleet.region,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  });
  const cli = async (...args: string[]): Promise<Listed> => JSON.parse(await aws(serversFolder, args, cliEnv()));

  beforeAll(async () => {
    fleet = await startFleet({ CLONEKIT_DATABASE: database, CLONEKIT_CACHE: cache });
  });
  afterAll(async () => {
    await fleet?.stop();
  });

  /** What people trust who connect to a cache or a database by themselves. */
  const ca = () => readFileSync(join(fleet.home, 'run/tls/ca.pem'), 'utf8');

  const getSecret = async (part: string): Promise<Record<string, string>> => {
    const secrets = new SecretsManagerClient(config());
    const names = await cli('secretsmanager', 'list-secrets');
    const { ARN } = (names.SecretList as { Name: string; ARN: string }[]).find(({ Name }) => Name.includes(part)) ?? {};
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: ARN }));
    return JSON.parse(SecretString ?? '{}');
  };

  test('status --json says what runs', async () => {
    const { stdout, code } = await fleet.clonekit(['status', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      stage: 'dev',
      url: fleet.url,
      release: expect.stringMatching(/^[0-9a-f]{64}$/),
      clones: Array(2).fill({
        id: expect.stringMatching(/^i-[0-9a-f]{17}$/),
        health: 'healthy',
        release: JSON.parse(stdout).release,
        startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        zone: expect.stringMatching(/^eu-central-1[ab]$/),
      }),
      caches: [
        { name: 'sessions', role: 'primary', engine: cache, usedMemoryBytes: expect.any(Number), policy: 'noeviction' },
        { name: 'sessions', role: 'replica', engine: cache, usedMemoryBytes: expect.any(Number), policy: 'noeviction' },
        { name: 'objects', role: 'primary', engine: cache, usedMemoryBytes: expect.any(Number), policy: 'allkeys-lru' },
      ],
      database: [
        { role: 'primary', engine: database, version: expect.stringMatching(/^\d+\.\d+/), lagSeconds: null },
        {
          role: 'replica',
          engine: database,
          version: expect.stringMatching(/^\d+\.\d+/),
          lagSeconds: expect.any(Number),
        },
      ],
    });
    // What CloudWatch has is the average of a minute, in which a replica that has just started was a second behind.
    expect(JSON.parse(stdout).database[1].lagSeconds).toBeLessThanOrEqual(1);
  });

  describe('--on aws goes where the SDK goes: the same verbs, by endpoint, region and credentials of the environment', () => {
    const elsewhere = (extra: Record<string, string>) => ({
      PATH: process.env.PATH,
      HOME: fleet.home,
      CLONEKIT_HOME: join(fleet.home, 'nowhere'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: fleet.region,
      ...extra,
    });
    const keys = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };

    test('status shows the same stage', async () => {
      const env = elsewhere({ ...keys, AWS_ENDPOINT_URL: fleet.endpoint });
      const { stdout, code } = await clonekit(['status', '--json', '--on', 'aws', '--stage', 'dev'], env);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ stage: 'dev', url: fleet.url, group: { min: 2, desired: 2, max: 4 } });
    });

    test.each([
      [
        'a stage that is not deployed',
        keys,
        'prod',
        /^clonekit: stage prod: has no stack clonekit-prod-(fleet|data) in/,
        1,
      ],
      ['no credentials', {}, 'dev', /^clonekit: AWS: valid credentials are needed, got: /, 3],
    ])('%s is one sentence, and an exit code that tells the truth', async (_, credentials, stage, sentence, code) => {
      const env = elsewhere({ ...credentials, AWS_ENDPOINT_URL: fleet.endpoint });
      const ended = await clonekit(['status', '--on', 'aws', '--stage', stage], env);
      expect(ended).toMatchObject({ code, stderr: expect.stringMatching(sentence) });
      expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    });

    test('an endpoint that nobody answers at is one sentence, exit 3', async () => {
      const env = elsewhere({ ...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
      const ended = await clonekit(['kill', 'i-1', '--on', 'aws', '--stage', 'dev'], env);
      expect(ended).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^clonekit: AWS cannot be reached, got: /),
      });
    });
  });

  test('every clone answers the release that the stack names', async () => {
    const { release } = JSON.parse((await fleet.clonekit(['status', '--json'])).stdout);
    const identities = await Promise.all(
      Array.from({ length: 4 }, async () => (await fetch(`${fleet.url}/-/identity`)).json()),
    );
    expect(new Set(identities.map((identity) => (identity as { release: string }).release))).toEqual(
      new Set([release]),
    );
  });

  test('a write on the primary is readable on the replica, and the replica refuses writes', async () => {
    const elements = await cli('rds', 'describe-db-instances');
    const instances = elements.DBInstances as {
      Endpoint: { Address: string; Port: number };
      ReadReplicaSourceDBInstanceIdentifier?: string;
    }[];
    const { username, password, dbname } = await getSecret('database');
    const open = ({ Endpoint }: (typeof instances)[number]) =>
      createConnection({
        ...{ host: Endpoint.Address, port: Endpoint.Port, user: username, password, database: dbname },
        ssl: { ca: ca(), verifyIdentity: true },
      });
    const isReplica = (it: (typeof instances)[number]) => it.ReadReplicaSourceDBInstanceIdentifier !== undefined;
    const primary = await open(instances.find((it) => !isReplica(it)) as (typeof instances)[number]);
    const replica = await open(instances.find(isReplica) as (typeof instances)[number]);
    try {
      await primary.query('CREATE TABLE written (word VARCHAR(20))');
      await primary.query("INSERT INTO written VALUES ('here')");
      await until('the row is on the replica', async () => {
        const [rows] = await replica.query('SELECT word FROM written');
        return (rows as { word: string }[])[0]?.word === 'here';
      });
      await expect(replica.query("INSERT INTO written VALUES ('there')")).rejects.toMatchObject({ errno: 1290 });
    } finally {
      primary.destroy();
      replica.destroy();
    }
  });

  test('the sessions cache refuses to evict, the objects cache evicts, and both keep to their memory', async () => {
    const client = new ElastiCacheClient(config());
    const { ReplicationGroups = [] } = await client.send(new DescribeReplicationGroupsCommand({}));
    const { username, password } = await getSecret('cacheusers');
    const open = (purpose: string): Redis => {
      const group = ReplicationGroups.find(({ Description }) => Description === purpose);
      const { Address, Port } = group?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
      return new Redis({ host: Address, port: Port, username, password, tls: { ca: ca() } });
    };
    const sessions = open('sessions');
    const objects = open('objects');
    try {
      const block = 'x'.repeat(16 << 20);
      const fill = async (cache: Redis): Promise<void> => {
        for (let i = 0; i < 40; i++) await cache.set(`block:${i}`, block);
      };
      await sessions.set('first', 'kept');
      await expect(fill(sessions)).rejects.toThrow('OOM');
      expect(await sessions.get('first')).toBe('kept');
      await fill(objects);
      expect(await objects.exists('block:39')).toBe(1);
      expect(await objects.dbsize()).toBeLessThan(40);
      for (let i = 0; i < 40; i++) await sessions.del(`block:${i}`);
    } finally {
      sessions.disconnect();
      objects.disconnect();
    }
  }, 120_000);

  test('the caches let nobody in without the secret', async () => {
    const client = new ElastiCacheClient(config());
    const { ReplicationGroups = [] } = await client.send(new DescribeReplicationGroupsCommand({}));
    const { Address, Port } = ReplicationGroups[0]?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
    const options = { host: Address, port: Port, lazyConnect: true, retryStrategy: () => null };
    const stranger = new Redis({ ...options, tls: { ca: ca() } });
    stranger.on('error', () => {});
    await expect(stranger.get('first')).rejects.toThrow(/NOAUTH|Connection is closed/);
    stranger.disconnect();
  });

  test('caches prove who they are by the authority of this fleet, and nobody speaks to them in the clear', async () => {
    const { ReplicationGroups = [] } = await new ElastiCacheClient(config()).send(
      new DescribeReplicationGroupsCommand({}),
    );
    expect(ReplicationGroups).toMatchObject(
      Array(2).fill({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' }),
    );
    for (const { NodeGroups } of ReplicationGroups) {
      const { Address: host = '', Port: port = 0 } = NodeGroups?.[0]?.PrimaryEndpoint ?? {};
      const { subjectaltname, issuer } = await new Promise<PeerCertificate>((resolve, reject) => {
        const socket = connect({ host, port, ca: ca() }, () => {
          resolve(socket.getPeerCertificate());
          socket.destroy();
        });
        socket.once('error', reject);
      });
      expect(subjectaltname).toContain(`IP Address:${host}`);
      expect(issuer.CN).toBe('clonekit, one fleet on this machine');
      const inTheClear = new Redis({ host, port, lazyConnect: true, retryStrategy: () => null });
      inTheClear.on('error', () => {});
      await expect(inTheClear.connect()).rejects.toThrow(/closed/);
    }
  });

  test('databases prove who they are, and refuse who speaks in the clear', async () => {
    const { DBInstances = [] } = await new RDSClient(config()).send(new DescribeDBInstancesCommand({}));
    const { username: user, password } = await getSecret('database');
    for (const { Endpoint } of DBInstances) {
      const server = { host: Endpoint?.Address, port: Endpoint?.Port, user, password };
      await expect(createConnection(server)).rejects.toMatchObject({ code: refusals[database] });
      await expect(createConnection({ ...server, ssl: { verifyIdentity: true } })).rejects.toMatchObject({
        code: 'HANDSHAKE_SSL_ERROR',
      });
      const connection = await createConnection({ ...server, ssl: { ca: ca(), verifyIdentity: true } });
      const [status] = await connection.query("SHOW SESSION STATUS LIKE 'Ssl_version'");
      connection.destroy();
      expect(status).toMatchObject([{ Value: expect.stringMatching(/^TLSv1\.[23]$/) }]);
    }
  });

  test('private keys are for who runs the fleet alone', () => {
    const folder = join(fleet.home, 'run/tls');
    expect(readdirSync(folder).sort()).toEqual(['ca.pem', 'server.key', 'server.pem']);
    expect(statSync(join(folder, 'server.key')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('the SDK clients read load balancer, target group, caches and databases', async () => {
    const balancing = new ElasticLoadBalancingV2Client(config());
    const { LoadBalancers } = await balancing.send(new DescribeLoadBalancersCommand({}));
    expect(LoadBalancers).toMatchObject([
      { Type: 'application', State: { Code: 'active' }, CreatedTime: expect.any(Date) },
    ]);
    const { TargetGroups } = await balancing.send(
      new DescribeTargetGroupsCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
    );
    expect(TargetGroups).toMatchObject([
      {
        HealthCheckPath: '/-/live',
        HealthCheckIntervalSeconds: 5,
        HealthyThresholdCount: 2,
        Matcher: { HttpCode: '200' },
      },
    ]);
    const { Attributes } = await balancing.send(
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }),
    );
    expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '10' });
    const { DBInstances } = await new RDSClient(config()).send(new DescribeDBInstancesCommand({}));
    expect(DBInstances?.map(({ Engine, DBInstanceStatus }) => [Engine, DBInstanceStatus])).toEqual(
      Array(2).fill([database, 'available']),
    );
  });

  test('the aws command line shows the real health of the real clones', async () => {
    const groups = await cli('elbv2', 'describe-target-groups');
    const arn = (groups.TargetGroups as { TargetGroupArn: string }[])[0]?.TargetGroupArn as string;
    const health = await cli('elbv2', 'describe-target-health', '--target-group-arn', arn);
    expect(health.TargetHealthDescriptions).toMatchObject(
      Array(2).fill({ Target: { Id: expect.stringMatching(/^i-/) }, TargetHealth: { State: 'healthy' } }),
    );
    const scaling = await cli('autoscaling', 'describe-auto-scaling-groups');
    expect(scaling.AutoScalingGroups).toMatchObject([{ MinSize: 2, MaxSize: 4, HealthCheckType: 'ELB' }]);
    const instances = await cli('ec2', 'describe-instances');
    expect(instances.Reservations).toHaveLength(2);
    expect(await cli('sts', 'get-caller-identity')).toMatchObject({ Account: '000000000000' });
    const stack = await cli('cloudformation', 'describe-stacks', '--stack-name', 'clonekit-dev-fleet');
    expect(stack.Stacks).toMatchObject([{ StackStatus: 'CREATE_COMPLETE' }]);
    const caches = await cli('elasticache', 'describe-replication-groups');
    expect(caches.ReplicationGroups).toMatchObject(Array(2).fill({ Status: 'available', Engine: cache }));
  }, 120_000);

  test('the aws command line is told that nobody waits for a clone in service, and can have one replaced', async () => {
    const groups = await cli('autoscaling', 'describe-auto-scaling-groups');
    const [group] = groups.AutoScalingGroups as { AutoScalingGroupName: string; Instances: { InstanceId: string }[] }[];
    const id = group?.Instances[0]?.InstanceId as string;
    const of = ['--auto-scaling-group-name', group?.AutoScalingGroupName as string, '--lifecycle-hook-name', 'stop'];
    const result = ['--lifecycle-action-result', 'CONTINUE', '--instance-id', id];
    await expect(cli('autoscaling', 'complete-lifecycle-action', ...of, ...result)).rejects.toThrow(
      `(ValidationError) when calling the CompleteLifecycleAction operation: No active Lifecycle Action found with instance ID ${id}`,
    );
    const unhealthy = ['--health-status', 'Unhealthy', '--no-should-respect-grace-period', '--instance-id', id];
    await aws(serversFolder, ['autoscaling', 'set-instance-health', ...unhealthy], cliEnv());
    await until('another is in its place', async () => {
      const { clones } = JSON.parse((await fleet.clonekit(['status', '--json'])).stdout);
      const ids = clones.map((clone: { id: string }) => clone.id);
      return !ids.includes(id) && clones.filter(({ health }: { health: string }) => health === 'healthy').length === 2;
    });
  }, 120_000);

  test('an action the twin does not know is refused by name, as AWS refuses', async () => {
    const balancing = new ElasticLoadBalancingV2Client(config());
    await expect(balancing.send(new CreateLoadBalancerCommand({ Name: 'another' }))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: expect.stringContaining('CreateLoadBalancer'),
      $metadata: { httpStatusCode: 400 },
    });
    const secrets = new SecretsManagerClient(config());
    await expect(secrets.send(new CreateSecretCommand({ Name: 'another' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('CreateSecret'),
    });
    await expect(cli('elbv2', 'create-load-balancer', '--name', 'another')).rejects.toThrow(
      /\(InvalidAction\) when calling the CreateLoadBalancer operation/,
    );
    await expect(cli('sns', 'list-topics')).rejects.toThrow(/ListTopics/);
  }, 60_000);

  test('names that do not exist are AWS’s own errors', async () => {
    const balancing = new ElasticLoadBalancingV2Client(config());
    await expect(balancing.send(new DescribeLoadBalancersCommand({ Names: ['none'] }))).rejects.toMatchObject({
      name: 'LoadBalancerNotFoundException',
    });
    await expect(
      new RDSClient(config()).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'none' })),
    ).rejects.toMatchObject({ name: 'DBInstanceNotFoundFault' });
    await expect(
      new ElastiCacheClient(config()).send(new DescribeCacheParametersCommand({ CacheParameterGroupName: 'none' })),
    ).rejects.toMatchObject({ name: 'CacheParameterGroupNotFoundFault' });
    await expect(
      new SecretsManagerClient(config()).send(new GetSecretValueCommand({ SecretId: 'none' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const scaling = new AutoScalingClient(config());
    await expect(
      scaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({ InstanceId: 'i-1', ShouldDecrementDesiredCapacity: false }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining('No managed instance found') });
  });

  test('a page in a browser cannot drive the fleet: unsigned calls and foreign origins are refused', async () => {
    const call = (headers: Record<string, string>) =>
      fetch(fleet.endpoint, { method: 'POST', headers, body: 'Action=DescribeLoadBalancers&Version=2015-12-01' });
    expect((await call({})).status).toBe(403);
    const scope = 'Credential=any/20260101/us-east-1/elasticloadbalancing/aws4_request';
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`;
    expect((await call({ authorization })).status).toBe(200);
    expect((await call({ authorization, origin: 'https://example.com' })).status).toBe(403);
  });

  test('no secret is in what up, status or the logs print', async () => {
    const { password } = await getSecret('database');
    const { password: cachePassword } = await getSecret('cacheusers');
    const { stdout } = await fleet.clonekit(['status', '--json']);
    const logs = readdirSync(join(fleet.home, 'run/logs')).map((name) =>
      readFileSync(join(fleet.home, 'run/logs', name)),
    );
    expect(logs.length).toBeGreaterThan(6);
    for (const secret of [password, cachePassword]) {
      expect(secret?.length).toBeGreaterThan(16);
      expect(`${stdout}${JSON.stringify(fleet.lines)}${logs.join('')}`).not.toContain(secret);
    }
  });
});
