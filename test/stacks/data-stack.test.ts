// What people would miss: kept, encrypted, copied, and found by its outputs.
import { derive } from '../../lib/config/derived';
import { outputs } from '../../lib/config/names';
import {
  devWith,
  onlyResource,
  type Resource,
  resourcesOf,
  synthesizedStages,
  type Template,
  toSnapshot,
} from './synthesized';

const stages = synthesizedStages();

const databases = (template: Template): Resource[] => resourcesOf(template, 'AWS::RDS::DBInstance');
const replicas = (template: Template): Resource[] =>
  databases(template).filter(({ Properties }) => 'SourceDBInstanceIdentifier' in Properties);
const caches = (template: Template): Resource[] => resourcesOf(template, 'AWS::ElastiCache::ReplicationGroup');

/** The parameter group that a cache refers to. */
const parametersOf = (template: Template, { Properties }: Resource): Record<string, string> | undefined => {
  const { Ref } = Properties.CacheParameterGroupName as { Ref: string };
  return template.Resources[Ref]?.Properties.Properties as Record<string, string> | undefined;
};

describe.each(stages)('in %s', (_, { templates, terminationProtection }, config) => {
  const { data } = templates;
  const isProtected = config.deletionProtection === true;

  test('the template is as reviewed', () => {
    expect(toSnapshot(data)).toMatchSnapshot();
  });

  test('the outputs are those that others look up', () => {
    const names = Object.keys(data.Outputs).filter((name) => !name.startsWith('PublishOutput'));
    expect(names.sort()).toEqual(Object.values(outputs.data).sort());
    expect(data.Outputs.SessionsId?.Value).toEqual({ Ref: expect.stringMatching(/^SessionsGroup/) });
    expect(data.Outputs.ObjectsId?.Value).toEqual({ Ref: expect.stringMatching(/^ObjectsGroup/) });
    expect(data.Outputs.PrimaryId?.Value).toEqual({ Ref: expect.stringMatching(/^DatabasePrimary/) });
  });

  test('the stack and the databases refuse to be deleted unless the config gives a reason', () => {
    expect(terminationProtection.data).toBe(isProtected);
    expect(databases(data).map(({ Properties }) => Properties.DeletionProtection)).toEqual(
      databases(data).map(() => isProtected),
    );
  });

  test('what people would miss outlives the stack: itself or a snapshot', () => {
    const primaries = databases(data).filter((each) => !replicas(data).includes(each));
    const expected = isProtected ? 'Retain' : 'Snapshot';
    for (const each of primaries)
      expect(each).toMatchObject({ DeletionPolicy: expected, UpdateReplacePolicy: expected });
    for (const { DeletionPolicy, UpdateReplacePolicy } of caches(data)) {
      expect(DeletionPolicy).toBe(isProtected ? 'RetainExceptOnCreate' : 'Snapshot');
      expect(UpdateReplacePolicy).toBe(expected);
    }
    for (const { DeletionPolicy } of resourcesOf(data, 'AWS::SecretsManager::Secret')) {
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  test('what a failed first deploy made is not kept under a name that the next one needs, but for the servers', () => {
    const kept = Object.values(data.Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(new Set(kept.map(({ Type }) => Type))).toEqual(new Set(isProtected ? ['AWS::RDS::DBInstance'] : []));
  });

  test('a replica goes only where the primary may go: elsewhere it may have been promoted', () => {
    for (const { DeletionPolicy } of replicas(data)) expect(DeletionPolicy).toBe(isProtected ? 'Retain' : 'Delete');
  });

  test('a full cache of sessions refuses, a full cache of objects forgets', () => {
    const [sessions, objects] = caches(data);
    expect(parametersOf(data, sessions as Resource)).toMatchObject({ 'maxmemory-policy': 'noeviction' });
    expect(config.objects).toMatchObject({
      engine: 'valkey',
      evictionPolicy: parametersOf(data, objects as Resource)?.['maxmemory-policy'],
    });
  });

  test('sessions have snapshots', () => {
    expect(caches(data)[0]?.Properties.SnapshotRetentionLimit).toBe(15);
  });

  test('sessions are as durable as the config says', () => {
    const durability = typeof config.sessions.durability === 'string' ? config.sessions.durability : undefined;
    expect(caches(data)[0]?.Properties.Durability).toBe(durability);
    expect(caches(data)[0]?.Properties.ClusterMode).toBe(durability && 'enabled');
    expect(caches(data)[1]?.Properties).not.toHaveProperty('Durability');
  });

  test('no password is in the template', () => {
    const text = JSON.stringify(data);
    expect(text.match(/"(MasterUserPassword|Passwords)":"/g)).toBeNull();
    expect(text.match(/resolve:secretsmanager:/g)?.length).toBe(3);
  });

  test('every password is replaced from time to time', () => {
    const secrets = resourcesOf(data, 'AWS::SecretsManager::Secret');
    const schedules = resourcesOf(data, 'AWS::SecretsManager::RotationSchedule');
    expect(schedules).toHaveLength(secrets.length);
    expect(secrets).toHaveLength(3);
    for (const { Properties } of schedules) {
      expect(Properties.RotationRules).toEqual({ AutomaticallyAfterDays: 30 });
    }
  });

  test('everything at rest is encrypted with the key of the stage', () => {
    const key = { 'Fn::ImportValue': expect.stringContaining(`clonekit-${config.stage}-network:`) };
    for (const { Properties } of caches(data)) expect(Properties.KmsKeyId).toEqual(key);
    for (const { Properties } of resourcesOf(data, 'AWS::SecretsManager::Secret')) {
      expect(Properties.KmsKeyId).toEqual(key);
    }
    const primary = databases(data).find((each) => !replicas(data).includes(each));
    expect(primary?.Properties).toMatchObject({ StorageEncrypted: true, KmsKeyId: key });
  });

  test('every server is told how many connections all clones may open together', () => {
    const { maxConnections } = derive(config);
    expect(onlyResource(data, 'AWS::RDS::DBParameterGroup').Properties.Parameters).toMatchObject({
      max_connections: String(maxConnections),
    });
  });

  test('alarms there always are, and whoever is named is told', () => {
    const alarms = resourcesOf(data, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThanOrEqual(10);
    for (const { Properties } of alarms) expect(Properties.AlarmActions !== undefined).toBe('emails' in config.alarms);
  });
});

test('a replica may have a class and a zone of its own', () => {
  const { data } = devWith((config) => {
    config.database.replicas = [{ class: 'db.t4g.medium', zone: 'b' }, {}];
  }).templates;
  expect(replicas(data).map(({ Properties }) => [Properties.DBInstanceClass, Properties.AvailabilityZone])).toEqual([
    ['db.t4g.medium', 'eu-central-1b'],
    ['db.t4g.micro', undefined],
  ]);
});

test.each([0, 1, 3])('%i replicas in the config are as many in the template', (count) => {
  const { data, fleet } = devWith((config) => {
    config.database.replicas = Array(count).fill({});
  }).templates;
  expect(replicas(data)).toHaveLength(count);
  expect(Object.hasOwn(data.Outputs, outputs.data.replicaIds)).toBe(count > 0);
  expect(
    JSON.stringify(fleet).match(/"PublishOutputFnGetAttDatabaseReplicasReplica\d\w+EndpointAddress/g) ?? [],
  ).toHaveLength(count);
});

test('replicas of a cache turn failover on', () => {
  const { data } = devWith((config) => {
    Object.assign(config.objects, { replicas: 2 });
  }).templates;
  expect(caches(data)[1]?.Properties).toMatchObject({
    NumCacheClusters: 3,
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
  });
});

describe('objects in Memcached', () => {
  const { data, fleet } = devWith((config) => {
    config.objects = { engine: 'memcached', nodeType: 'cache.t4g.small' };
  }).templates;
  const cluster = onlyResource(data, 'AWS::ElastiCache::CacheCluster');

  test('are in one node, reached by TLS only and from where the other cache is', () => {
    const [sessions, ...others] = caches(data);
    expect(others).toEqual([]);
    expect(cluster.Properties).toMatchObject({
      Engine: 'memcached',
      CacheNodeType: 'cache.t4g.small',
      NumCacheNodes: 1,
      TransitEncryptionEnabled: true,
      VpcSecurityGroupIds: sessions?.Properties.SecurityGroupIds,
      Port: sessions?.Properties.Port,
    });
  });

  test('are found by the same output, and watched', () => {
    expect(data.Outputs.ObjectsId?.Value).toEqual({ Ref: expect.stringMatching(/^MemcachedNode/) });
    const alarms = resourcesOf(data, 'AWS::CloudWatch::Alarm').map(({ Properties }) =>
      String(Properties.AlarmDescription),
    );
    expect(alarms.filter((text) => /objects/i.test(text))).toHaveLength(4);
  });

  test('are told to clones with what must be spoken', () => {
    expect(JSON.stringify(fleet)).toContain('CLONEKIT_OBJECTS_ENGINE=memcached');
  });

  test('take nothing from sessions: their users, their password and its replacement are there', () => {
    expect(resourcesOf(data, 'AWS::ElastiCache::User')).toHaveLength(2);
    expect(resourcesOf(data, 'AWS::SecretsManager::RotationSchedule')).toHaveLength(3);
  });
});

test('a class in the config is the class of primary and replicas', () => {
  const { data } = devWith((config) => {
    config.database.class = 'db.r7g.large';
  }).templates;
  expect(databases(data).map(({ Properties }) => Properties.DBInstanceClass)).toEqual(['db.r7g.large', 'db.r7g.large']);
});
