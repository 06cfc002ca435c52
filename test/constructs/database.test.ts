// MySQL: primary and replicas.
import type { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Database, type DatabaseProps } from '../../lib/constructs/database';
import { privileges } from '../../lib/constructs/database-users';
import { inStack, propertiesOf, surroundings, templateOf } from './built';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/test';
const topicArn = 'arn:aws:sns:eu-central-1:111122223333:test';

const make = (stack: Stack, props: Partial<DatabaseProps> = {}): Database =>
  new Database(stack, 'Database', { ...surroundings(stack), name: 'test', databaseName: 'test', ...props });
const build = (props: Partial<DatabaseProps> = {}) => templateOf((stack) => make(stack, props));
type Template = ReturnType<typeof build>;

const instancesOf = (template: Template) => Object.values(template.findResources('AWS::RDS::DBInstance'));
const logsOf = (template: Template) => Object.entries(template.findResources('AWS::Logs::LogGroup'));
const parametersOf = (template: Template) => propertiesOf(template, 'AWS::RDS::DBParameterGroup').Parameters;

test('minimal: one protected primary with a standby', () => {
  const template = build();
  expect(instancesOf(template)).toHaveLength(1);
  template.hasResource('AWS::RDS::DBInstance', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Engine: 'mysql',
      EngineVersion: '8.4.10',
      DBInstanceClass: 'db.m7g.large',
      AllocatedStorage: '20',
      MaxAllocatedStorage: 100,
      BackupRetentionPeriod: 14,
      Port: '3307',
      DBName: 'test',
      MasterUsername: 'test_main',
      MultiAZ: true,
      DeletionProtection: true,
    },
  });
  expect(parametersOf(template)).not.toHaveProperty('max_connections');
  template.resourceCountIs('AWS::RDS::EventSubscription', 0);
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    make(stack, {
      name: 'other',
      databaseName: 'other',
      instanceType: 'r7g.large',
      replicas: [{ instanceType: 'r7g.xlarge', availabilityZone: 'eu-central-1b' }, {}],
      storageGiB: 200,
      maxStorageGiB: 1000,
      backupDays: 7,
      backupWindow: '03:00-04:00',
      maintenanceWindow: 'mon:05:00-mon:06:00',
      port: 9000,
      username: 'first',
      appUsername: 'second',
      maxConnections: 321,
      multiAz: false,
      deletionProtection: false,
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      insights: 'advanced',
      logRetention: RetentionDays.ONE_WEEK,
      topic: Topic.fromTopicArn(stack, 'Topic', topicArn),
    });
  });
  const [primary, ...replicas] = instancesOf(template);
  const shared = {
    MaxAllocatedStorage: 1000,
    BackupRetentionPeriod: 7,
    PreferredBackupWindow: '03:00-04:00',
    PreferredMaintenanceWindow: 'mon:05:00-mon:06:00',
    Port: '9000',
    DeletionProtection: false,
    PerformanceInsightsKMSKeyId: keyArn,
    PerformanceInsightsRetentionPeriod: 465,
    DatabaseInsightsMode: 'advanced',
  };
  expect(primary).toMatchObject({
    DeletionPolicy: 'Snapshot',
    Properties: {
      ...shared,
      DBInstanceIdentifier: 'other-primary',
      DBInstanceClass: 'db.r7g.large',
      AllocatedStorage: '200',
      DBName: 'other',
      MasterUsername: 'first',
      MultiAZ: false,
      KmsKeyId: keyArn,
    },
  });
  expect(replicas).toMatchObject([
    {
      DeletionPolicy: 'Delete',
      Properties: {
        ...shared,
        DBInstanceIdentifier: 'other-replica-1',
        DBInstanceClass: 'db.r7g.xlarge',
        AvailabilityZone: 'eu-central-1b',
      },
    },
    {
      DeletionPolicy: 'Delete',
      Properties: { ...shared, DBInstanceIdentifier: 'other-replica-2', DBInstanceClass: 'db.r7g.large' },
    },
  ]);
  expect(parametersOf(template)).toMatchObject({ max_connections: '321' });
  for (const [, { DeletionPolicy, Properties }] of logsOf(template)) {
    expect(Properties).toMatchObject({ RetentionInDays: 7, KmsKeyId: keyArn });
    expect(DeletionPolicy).toBe('Delete');
  }
  const secrets = Object.values(template.findResources('AWS::SecretsManager::Secret'));
  expect(secrets.map(({ Properties }) => Properties.KmsKeyId)).toEqual([keyArn, keyArn]);
  expect(JSON.stringify(secrets)).toContain('{\\"username\\":\\"second\\"');
  for (const { Properties } of Object.values(template.findResources('AWS::RDS::EventSubscription'))) {
    expect(Properties.SnsTopicArn).toBe(topicArn);
  }
});

test('what is on disk is encrypted from the first day; replicas inherit it and may not say so', () => {
  const [primary, replica] = instancesOf(build({ replicas: [{}] }));
  expect(primary?.Properties).toMatchObject({ StorageEncrypted: true, StorageType: 'gp3' });
  expect(replica?.Properties).not.toHaveProperty('StorageEncrypted');
});

test('nobody talks to it in the clear', () => {
  expect(parametersOf(build())).toMatchObject({ require_secure_transport: '1' });
});

test('it is verified by a certificate that is told', () => {
  for (const { Properties } of instancesOf(build({ replicas: [{}] }))) {
    expect(Properties.CACertificateIdentifier).toBe('rds-ca-rsa2048-g1');
  }
});

test('it never asks clients for their files', () => {
  expect(parametersOf(build())).toMatchObject({ local_infile: '0' });
});

test('it has no public address', () => {
  for (const { Properties } of instancesOf(build({ replicas: [{}] })))
    expect(Properties.PubliclyAccessible).toBe(false);
});

test('a replica that is promoted is as protected as the primary was', () => {
  const [primary, replica] = instancesOf(build({ replicas: [{}] }));
  const own = [
    ...['EngineVersion', 'EngineLifecycleSupport', 'DBName', 'DBInstanceIdentifier', 'MultiAZ'],
    ...['MasterUsername', 'MasterUserPassword', 'AllocatedStorage', 'StorageEncrypted'],
  ];
  const kept = Object.entries(primary?.Properties ?? {}).filter(([name]) => !own.includes(name));
  expect(replica).toMatchObject({ DeletionPolicy: 'Retain', Properties: Object.fromEntries(kept) });
});

test('a deleted server can be restored to any second of its last days, with its tags', () => {
  for (const { Properties } of instancesOf(build({ replicas: [{}] }))) {
    expect(Properties).toMatchObject({ DeleteAutomatedBackups: false, CopyTagsToSnapshot: true });
  }
});

test('minor versions are taken without being asked, apart from the backup; what is past its end is not paid for', () => {
  const [primary, replica] = instancesOf(build({ replicas: [{}] }));
  for (const server of [primary, replica]) {
    expect(server?.Properties).toMatchObject({
      AutoMinorVersionUpgrade: true,
      PreferredBackupWindow: '01:00-01:30',
      PreferredMaintenanceWindow: 'sun:02:00-sun:02:30',
    });
  }
  expect(primary?.Properties.EngineLifecycleSupport).toBe('open-source-rds-extended-support-disabled');
  // RDS knows no such parameter when it makes a replica.
  expect(replica?.Properties).not.toHaveProperty('EngineLifecycleSupport');
});

test('what a server needs is kept as long as the server', () => {
  for (const type of ['AWS::RDS::DBSubnetGroup', 'AWS::RDS::DBParameterGroup', 'AWS::Logs::LogGroup']) {
    build().allResources(type, { DeletionPolicy: 'RetainExceptOnCreate' });
  }
});

test('every write has a GTID and whole rows, on primary and replicas alike', () => {
  const template = build({ replicas: [{}, {}] });
  expect(propertiesOf(template, 'AWS::RDS::DBParameterGroup')).toMatchObject({
    Family: 'mysql8.4',
    Parameters: {
      'gtid-mode': 'ON',
      enforce_gtid_consistency: 'ON',
      binlog_format: 'ROW',
      session_track_gtids: 'OWN_GTID',
    },
  });
  const groups = instancesOf(template).map(({ Properties }) => Properties.DBParameterGroupName);
  expect(new Set(groups.map((group) => JSON.stringify(group))).size).toBe(1);
});

test('nothing that makes a commit less than safe is in the parameters', () => {
  const names = Object.keys(parametersOf(build()) as object);
  for (const name of ['innodb_flush_log_at_trx_commit', 'sync_binlog']) expect(names).not.toContain(name);
});

test('logs are there, and end, before RDS could make endless ones', () => {
  const template = build({ replicas: [{}] });
  expect(logsOf(template).map(([, { Properties }]) => [Properties.LogGroupName, Properties.RetentionInDays])).toEqual([
    ...['error', 'slowquery', 'audit', 'general'].map((log) => [`/aws/rds/instance/test-primary/${log}`, 30]),
    ...['error', 'slowquery', 'audit', 'general'].map((log) => [`/aws/rds/instance/test-replica-1/${log}`, 30]),
  ]);
  for (const { Properties, DependsOn } of instancesOf(template)) {
    const own = logsOf(template).filter(([, log]) =>
      log.Properties.LogGroupName.includes(Properties.DBInstanceIdentifier),
    );
    expect(own).toHaveLength(4);
    expect(DependsOn).toEqual(expect.arrayContaining(own.map(([id]) => id)));
    expect(Properties.EnableCloudwatchLogsExports).toEqual(['error', 'slowquery', 'audit', 'general']);
  }
  expect(parametersOf(template)).toMatchObject({ slow_query_log: '1', long_query_time: '1', log_output: 'FILE' });
});

test('what people write is in no log: statements only when they are slow', () => {
  expect(parametersOf(build())).toMatchObject({ general_log: '0' });
});

test('who logs in to any server is written down, and no statement with it', () => {
  const template = build({ replicas: [{}] });
  const [options] = Object.keys(template.findResources('AWS::RDS::OptionGroup'));
  expect(propertiesOf(template, 'AWS::RDS::OptionGroup')).toMatchObject({
    EngineName: 'mysql',
    MajorEngineVersion: '8.4',
    OptionConfigurations: [
      {
        OptionName: 'MARIADB_AUDIT_PLUGIN',
        OptionSettings: [{ Name: 'SERVER_AUDIT_EVENTS', Value: 'CONNECT' }],
      },
    ],
  });
  for (const { Properties } of instancesOf(template)) expect(Properties.OptionGroupName).toEqual({ Ref: options });
});

test('options are kept in any case: a backup that is left needs them', () => {
  const template = build({ deletionProtection: false });
  template.hasResource('AWS::RDS::OptionGroup', {
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});

test('a replica says its engine, which RDS would else be asked for, and not its version, which is the primary’s', () => {
  const [, replica] = instancesOf(build({ replicas: [{}] }));
  expect(replica?.Properties.Engine).toBe('mysql');
  expect(replica?.Properties).not.toHaveProperty('EngineVersion');
});

test('the figures of the machines are taken every minute, by a role that can do nothing else', () => {
  const template = build({ replicas: [{}] });
  const [role] = Object.keys(template.findResources('AWS::IAM::Role'));
  template.resourceCountIs('AWS::IAM::Role', 1);
  for (const { Properties } of instancesOf(template)) {
    expect(Properties).toMatchObject({ MonitoringInterval: 60, MonitoringRoleArn: { 'Fn::GetAtt': [role, 'Arn'] } });
  }
  expect(propertiesOf(template, 'AWS::IAM::Role').ManagedPolicyArns).toHaveLength(1);
});

test.each([
  ['t4g.micro', undefined, false],
  ['t4g.small', 'standard', false],
  ['t4g.medium', undefined, true],
  ['m7g.large', 'standard', true],
] as const)('Database Insights on a %s, asked for %s: %s', (instanceType, insights, isOn) => {
  const [primary] = instancesOf(build({ instanceType, insights }));
  expect(primary?.Properties.EnablePerformanceInsights).toBe(isOn);
  expect(primary?.Properties.PerformanceInsightsRetentionPeriod).toBe(isOn ? 7 : undefined);
  expect(primary?.Properties.DatabaseInsightsMode).toBe(isOn ? 'standard' : undefined);
});

test('a replica that cannot have Database Insights goes without, beside a primary that has them', () => {
  const [primary, replica] = instancesOf(build({ replicas: [{ instanceType: 't4g.small' }] }));
  expect(primary?.Properties.EnablePerformanceInsights).toBe(true);
  expect(replica?.Properties.EnablePerformanceInsights).toBe(false);
});

test('people are told of what happens to servers and parameters', () => {
  const template = templateOf((stack) => {
    make(stack, { replicas: [{}], topic: Topic.fromTopicArn(stack, 'Topic', topicArn) });
  });
  const ids = Object.keys(template.findResources('AWS::RDS::DBInstance'));
  template.hasResourceProperties('AWS::RDS::EventSubscription', {
    SourceType: 'db-instance',
    SourceIds: ids.map((Ref) => ({ Ref })),
    EventCategories: ['configuration change', 'failover', 'failure', 'low storage', 'maintenance', 'read replica'],
  });
  const [parameters] = Object.keys(template.findResources('AWS::RDS::DBParameterGroup'));
  template.hasResourceProperties('AWS::RDS::EventSubscription', {
    SourceType: 'db-parameter-group',
    SourceIds: [{ Ref: parameters }],
    EventCategories: ['configuration change'],
  });
});

test('passwords are generated, without punctuation, as long as RDS takes, and outlive the stack', () => {
  const template = build();
  const secrets = Object.values(template.findResources('AWS::SecretsManager::Secret'));
  expect(secrets).toHaveLength(2);
  for (const { DeletionPolicy, Properties } of secrets) {
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(Properties.GenerateSecretString).toMatchObject({
      GenerateStringKey: 'password',
      PasswordLength: 32,
      ExcludePunctuation: true,
    });
  }
  expect(JSON.stringify(instancesOf(template)[0]?.Properties.MasterUserPassword)).toContain(
    '{{resolve:secretsmanager:',
  );
});

test('both users’ secrets say where the primary is, and the app’s says who made it', () => {
  inStack((stack) => {
    const database = make(stack);
    const [first, app] = [database.firstUserSecret, database.appSecret].map((secret) =>
      stack.resolve(secret.secretArn),
    );
    expect(first).toEqual({ Ref: expect.stringMatching(/^DatabaseUsersFirstAttachment/) });
    expect(app).toEqual({ Ref: expect.stringMatching(/^DatabaseUsersAppAttachment/) });
  });
  const template = build();
  const [primary] = Object.keys(template.findResources('AWS::RDS::DBInstance'));
  const attachments = Object.values(template.findResources('AWS::SecretsManager::SecretTargetAttachment'));
  expect(attachments).toHaveLength(2);
  for (const { Properties } of attachments) {
    expect(Properties).toMatchObject({ TargetType: 'AWS::RDS::DBInstance', TargetId: { Ref: primary } });
  }
  const [first, app] = Object.entries(template.findResources('AWS::SecretsManager::Secret'));
  expect(first?.[1].Properties.GenerateSecretString.SecretStringTemplate).toBe('{"username":"test_main"}');
  expect(app?.[1].Properties.GenerateSecretString.SecretStringTemplate).toEqual({
    'Fn::Join': ['', ['{"username":"test_app","masterarn":"', { Ref: first?.[0] }, '"}']],
  });
});

test('the app’s user may do nothing to users, files or the server', () => {
  expect(privileges.split(', ').sort()).toEqual(
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX', 'REFERENCES'].sort(),
  );
});

test('another class is one word, and nothing else changes', () => {
  const [small, large] = ['t4g.medium', 'r7g.xlarge'].map((instanceType) =>
    JSON.stringify(build({ instanceType, replicas: [{}] }).toJSON()),
  );
  expect(small?.replaceAll('"DBInstanceClass":"db.t4g.medium"', '"DBInstanceClass":"db.r7g.xlarge"')).toBe(large);
  expect(small).not.toBe(large);
});

test.each<[string, Partial<DatabaseProps>, string]>([
  [
    'a name RDS does not take',
    { name: 'test--1' },
    'Test/Database.name must be a lower case letter, then letters, digits and single hyphens, at most 50 in all; got: "test--1"; name it like shop-prod',
  ],
  [
    'a name that leaves no room',
    { name: 'a'.repeat(51) },
    'Test/Database.name must be a lower case letter, then letters, digits and single hyphens, at most 50 in all; got: "aaa',
  ],
  [
    'more replicas than a primary feeds',
    { replicas: Array(16).fill({}) },
    'Test/Database.replicas.length must be a whole number from 0 to 15; got: 16; RDS follows no more',
  ],
  [
    'replicas without backups',
    { replicas: [{}], backupDays: 0 },
    'Test/Database.backupDays must be at least 1 with replicas: a replica starts from a backup; got: 0; turn backups on or use no replicas',
  ],
  [
    'a disk that cannot grow',
    { storageGiB: 100, maxStorageGiB: 109 },
    'Test/Database.maxStorageGiB must be a tenth above storageGiB (100); got: 109; raise it to 110 or more',
  ],
  [
    'insights that the class has not',
    { instanceType: 't4g.micro', insights: 'advanced' },
    `Test/Database/Monitoring.insights must be 'standard' on db.t4g.micro, which is too small for more; got: "advanced"; use a larger class, or leave insights out`,
  ],
  [
    'a first user’s name RDS does not take',
    { username: 'a'.repeat(17) },
    'Test/Database/Users.username must be a letter, then letters, digits and underscores, at most 16 in all; got: "aaa',
  ],
  [
    'an app’s user without room for the second one',
    { appUsername: 'a'.repeat(27) },
    'Test/Database/Users.appUsername must be a letter, then letters, digits and underscores, at most 26 in all; got: "aaa',
  ],
  [
    'one user for both',
    { username: 'same', appUsername: 'same' },
    'Test/Database/Users.appUsername must not be that of the first user; got: "same"; name one of them differently',
  ],
])('refused: %s', (_, props, message) => {
  expect(() => build(props)).toThrow(message);
});
