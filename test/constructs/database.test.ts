// MySQL: primary and replicas.
import { Database, type DatabaseProps } from '../../lib/constructs/database';
import { propertiesOf, surroundings, templateOf } from './built';

const build = (props: Partial<DatabaseProps> = {}) =>
  templateOf((stack) => {
    new Database(stack, 'Database', {
      ...surroundings(stack),
      instanceType: 't4g.micro',
      storageGiB: 20,
      maxStorageGiB: 50,
      replicas: 0,
      backupDays: 7,
      port: 3307,
      databaseName: 'test',
      username: 'test_main',
      ...props,
    });
  });

const instancesOf = (template: ReturnType<typeof build>) =>
  Object.values(template.findResources('AWS::RDS::DBInstance'));

test('minimal: one protected primary with a standby', () => {
  const template = build();
  expect(instancesOf(template)).toHaveLength(1);
  template.hasResource('AWS::RDS::DBInstance', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: { Engine: 'mysql', MultiAZ: true, DeletionProtection: true },
  });
});

test('maximal: every prop arrives', () => {
  const template = build({
    instanceType: 'r7g.large',
    storageGiB: 200,
    maxStorageGiB: 1000,
    replicas: 2,
    backupDays: 14,
    port: 9000,
    databaseName: 'other',
    username: 'other_main',
    multiAz: false,
    deletionProtection: false,
  });
  const [primary, ...replicas] = instancesOf(template);
  expect(primary).toMatchObject({
    DeletionPolicy: 'Snapshot',
    Properties: {
      DBInstanceClass: 'db.r7g.large',
      AllocatedStorage: '200',
      MaxAllocatedStorage: 1000,
      BackupRetentionPeriod: 14,
      Port: '9000',
      DBName: 'other',
      MasterUsername: 'other_main',
      MultiAZ: false,
      DeletionProtection: false,
    },
  });
  expect(replicas).toHaveLength(2);
  for (const replica of replicas) {
    expect(replica).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        DBInstanceClass: 'db.r7g.large',
        MaxAllocatedStorage: 1000,
        Port: '9000',
        DeletionProtection: false,
      },
    });
  }
});

test('what is on disk is encrypted from the first day; replicas inherit it and may not say so', () => {
  const [primary, replica] = instancesOf(build({ replicas: 1 }));
  expect(primary?.Properties).toMatchObject({ StorageEncrypted: true, StorageType: 'gp3' });
  expect(replica?.Properties).not.toHaveProperty('StorageEncrypted');
});

test('nobody talks to it in the clear', () => {
  expect(propertiesOf(build(), 'AWS::RDS::DBParameterGroup').Parameters).toMatchObject({
    require_secure_transport: '1',
  });
});

test('it has no public address', () => {
  for (const { Properties } of instancesOf(build({ replicas: 1 }))) expect(Properties.PubliclyAccessible).toBe(false);
});

test('a replica that is promoted is as protected as the primary was', () => {
  const [, replica] = instancesOf(build({ replicas: 1 }));
  expect(replica).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { DeletionProtection: true, BackupRetentionPeriod: 7 },
  });
});

test('every write has a GTID, on primary and replicas alike', () => {
  const template = build({ replicas: 2 });
  expect(propertiesOf(template, 'AWS::RDS::DBParameterGroup')).toMatchObject({
    Family: 'mysql8.4',
    Parameters: {
      'gtid-mode': 'ON',
      enforce_gtid_consistency: 'ON',
      binlog_format: 'ROW',
      session_track_gtids: 'OWN_GTID',
      slow_query_log: '1',
    },
  });
  const groups = instancesOf(template).map(({ Properties }) => Properties.DBParameterGroupName);
  expect(new Set(groups.map((group) => JSON.stringify(group))).size).toBe(1);
});

test('the password is generated, only referred to, and outlives the stack', () => {
  const template = build();
  template.hasResource('AWS::SecretsManager::Secret', {
    DeletionPolicy: 'Retain',
    Properties: {
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"test_main"}',
        GenerateStringKey: 'password',
        PasswordLength: 32,
        ExcludePunctuation: true,
      },
    },
  });
  template.resourceCountIs('AWS::SecretsManager::SecretTargetAttachment', 1);
  expect(JSON.stringify(instancesOf(template)[0]?.Properties.MasterUserPassword)).toContain(
    '{{resolve:secretsmanager:',
  );
});
