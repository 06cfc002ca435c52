// The plugin in CDK's own hands: what CDK lets through is refused, unless somebody wrote why not.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceClass, InstanceSize, InstanceType, MachineImage, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceReadReplica,
  MysqlEngineVersion,
} from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Refusal } from '../../lib/refusals/refusal';
import { Refusals } from '../../lib/refusals/refusals';
import { refusals } from '../../lib/refusals/rules';
import { writeStatefulIds } from '../../lib/refusals/stateful-ids-file';
import { cacheWithToken, folder, synth } from './synthesis';

const only = (name: string): Refusal[] => refusals.filter((rule) => rule.name === name);

test('constructs as CDK makes them, which CDK lets through', () => {
  const { error, refused } = synth((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'], natGateways: 0 });
    const subnets = { vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } };
    const instanceType = InstanceType.of(InstanceClass.T4G, InstanceSize.MICRO);
    new AutoScalingGroup(stack, 'Group', {
      ...{ vpc, instanceType, machineImage: MachineImage.latestAmazonLinux2023(), desiredCapacity: 2, maxCapacity: 4 },
      ...subnets,
    });
    const engine = DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.VER_8_4_10 });
    const sourceDatabaseInstance = new DatabaseInstance(stack, 'Main', { engine, vpc, instanceType, ...subnets });
    new DatabaseInstanceReadReplica(stack, 'Copy', { sourceDatabaseInstance, vpc, instanceType, ...subnets });
    const managed = new DatabaseInstance(stack, 'Managed', {
      ...{ engine, vpc, instanceType, storageEncrypted: true, ...subnets },
      manageMasterUserPassword: true,
      credentials: Credentials.fromUsername('main'),
    });
    new DatabaseInstanceReadReplica(stack, 'Other', { sourceDatabaseInstance: managed, vpc, instanceType, ...subnets });
    new CfnReplicationGroup(stack, 'Sessions', {
      ...{ replicationGroupDescription: 'sessions', engine: 'valkey', numCacheClusters: 1, multiAzEnabled: true },
      tags: [{ key: 'clonekit:purpose', value: 'sessions' }],
    });
  });
  expect(refused.sort()).toEqual([
    'Test/Group/ASG: desired-capacity',
    'Test/Group/LaunchConfig: launch-configuration',
    'Test/Main/Resource: unencrypted-database',
    'Test/Main/Secret/Resource: generated-secret-without-retain',
    'Test/Main/Secret/Resource: generated-secret-without-retain',
    'Test/Managed/Resource: managed-password-with-replicas',
    'Test/Sessions: cache-without-retain',
    'Test/Sessions: cache-without-retain',
    'Test/Sessions: evicting-sessions',
    'Test/Sessions: failover-without-replica',
    'Test/Sessions: multi-az-without-failover',
    'Test/Sessions: valkey-without-tls',
  ]);
  expect(error).toContain(
    'ERROR Properties.ManageMasterUserPassword must be off where read replicas copy from the instance, or RDS refuses ' +
      'the replica: it reads no master password that RDS manages; got: true (clonekit)\n   Test/Managed/Resource ',
  );
  expect(error).toContain(
    'Suggested fix: generate the password: Credentials.fromGeneratedSecret, and addRotationSingleUser',
  );
  expect(error).toContain("Acknowledge with 'clonekit::managed-password-with-replicas'");
});

test('a stack without faults is let through without a word', () => {
  const { error, refused } = synth((stack) => new Bucket(stack, 'Bucket'));
  expect([error, refused]).toEqual([undefined, []]);
});

describe('a fork', () => {
  const noBuckets: Refusal = {
    name: 'no-buckets',
    prevents: 'somebody will ask where the data is',
    remedy: 'use a database',
    find: (view) =>
      view.ofType('AWS::S3::Bucket').map((at) => ({ at, path: 'Type', must: 'must be no bucket', got: at.type })),
  };

  test('adds a rule of its own', () => {
    const { refused } = synth(
      (stack) => {
        new Bucket(stack, 'Bucket');
        cacheWithToken(stack);
      },
      { rules: [...refusals, noBuckets] },
    );
    expect(refused.sort()).toEqual(['Test/Bucket/Resource: no-buckets', 'Test/Cache: auth-token']);
  });

  test('is told which rule it is that throws', () => {
    const broken: Refusal = {
      ...noBuckets,
      find: () => {
        throw new Error('oh');
      },
    };
    const { error } = synth((stack) => new Bucket(stack, 'Bucket'), { rules: [broken] });
    expect(error).toContain("Validation plugin 'clonekit' failed: rule no-buckets: oh");
  });

  test('may not give two rules one name: an acknowledgement would mean both', () => {
    expect(() => new Refusals({ rules: [noBuckets, { ...noBuckets }] })).toThrow(
      'rules must have a name each; got: no-buckets twice; rename one',
    );
  });
});

test('nested stacks and stages are looked into as well', () => {
  const { refused } = synth(
    (stack, app) => {
      cacheWithToken(new NestedStack(stack, 'Nested'));
      cacheWithToken(new Stack(new Stage(app, 'Stage'), 'Inner'));
    },
    { rules: only('auth-token') },
  );
  expect(refused.sort()).toEqual(['Stage/Inner/Cache: auth-token', 'Test/Nested/Cache: auth-token']);
});

describe('the lock of stateful ids', () => {
  const locked = (file: string) => ({ rules: [], lockFile: file });

  test('tells what is not in it yet, at the resource', () => {
    const { refused } = synth((stack) => cacheWithToken(stack), locked(join(folder, 'lock.json')));
    expect(refused).toEqual(['Test/Cache: moved-stateful-id']);
  });

  test('is kept by what is where it was, and broken by what moved, at the stack', () => {
    const file = join(folder, 'lock.json');
    writeStatefulIds(file, { Test: { Resources: { Cache: { Type: 'AWS::ElastiCache::ReplicationGroup' } } } });
    const { error, refused } = synth((stack) => cacheWithToken(stack, 'Moved'), locked(file));
    expect(refused).toEqual(['Test: moved-stateful-id', 'Test/Moved: moved-stateful-id']);
    expect(error).toContain('"region":"eu-central-1","resources":{"Test.Cache":"Test.Moved"}');
    rmSync(join(folder, 'out'), { recursive: true });
    const kept = synth((stack) => cacheWithToken(stack), locked(file));
    expect([kept.error, kept.refused]).toEqual([undefined, []]);
  });

  test('that is broken stops the app at once', () => {
    const file = join(folder, 'lock.json');
    writeFileSync(file, '{');
    expect(() => new Refusals({ lockFile: file })).toThrow(`${file} must be JSON`);
  });
});

test('the plugin says its version', () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
  expect(new Refusals()).toMatchObject({ name: 'clonekit', version, ruleIds: refusals.map(({ name }) => name) });
});
