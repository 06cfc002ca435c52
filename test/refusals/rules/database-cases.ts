// What is refused of databases and their secrets, at its edges.
import { anything, type Cases, instance, kept, ref, type Stacks, stackOf } from './templates';

const arnOf = (logicalId: string): object => ({ 'Fn::Join': ['', ['arn:aws:rds:eu-central-1:1:db:', ref(logicalId)]] });
const replica = instance({ SourceDBInstanceIdentifier: arnOf('Primary') });

const copied = (properties: Record<string, unknown>): Stacks =>
  stackOf({ Primary: instance(properties), Replica: replica });

const endpoint = (TargetRole: string, targets: Record<string, unknown>): Stacks =>
  stackOf({
    Proxy: anything('AWS::RDS::DBProxy'),
    Targets: anything('AWS::RDS::DBProxyTargetGroup', { DBProxyName: ref('Proxy'), ...targets }),
    Endpoint: anything('AWS::RDS::DBProxyEndpoint', { DBProxyName: ref('Proxy'), TargetRole }),
  });

const secret = (rest: object, properties: Record<string, unknown> = { GenerateSecretString: {} }): Stacks =>
  stackOf({ Secret: anything('AWS::SecretsManager::Secret', properties, rest) });

const secretTold = (path: string, got: string): string =>
  `Secret: ${path} must be Retain, or a database that is kept, or restored, is locked for good; got: ${got}`;

const databaseTold = (path: string, got: string): string =>
  `Primary: ${path} must be Retain or Snapshot, or people's data goes with a change of one name; got: ${got}`;

const encryptionTold = (got: string): string =>
  'Primary: Properties.StorageEncrypted must be true from the first day, or it stays so: encryption cannot be turned on ' +
  `later, only a copy can be encrypted; got: ${got}`;

export const databaseCases: Cases = {
  'managed-password-with-replicas': [
    ['a managed password without replicas', stackOf({ Primary: instance({ ManageMasterUserPassword: true }) })],
    ['replicas of a generated password', copied({ ManageMasterUserPassword: false })],
    [
      'a managed password with a replica',
      copied({ ManageMasterUserPassword: true }),
      'Primary: Properties.ManageMasterUserPassword must be off where read replicas copy from the instance, or RDS refuses ' +
        'the replica: it reads no master password that RDS manages; got: true',
    ],
    [
      'a replica in another stack',
      {
        Data: {
          Resources: { Primary: instance({ ManageMasterUserPassword: true }) },
          Outputs: { Id: { Value: ref('Primary') } },
        },
        More: {
          Resources: {
            Replica: instance({
              SourceDBInstanceIdentifier: {
                'Fn::GetStackOutput': { StackName: 'Data', OutputName: 'Id', Region: 'eu-central-1' },
              },
            }),
          },
        },
      },
      'Primary: Properties.ManageMasterUserPassword must be off where read replicas copy from the instance, or RDS refuses ' +
        'the replica: it reads no master password that RDS manages; got: true',
    ],
  ],
  'managed-password-with-blue-green': [
    [
      'a generated password',
      stackOf({ Primary: instance(), Green: anything('AWS::RDS::Deployment', { Source: arnOf('Primary') }) }),
    ],
    [
      'a managed password',
      stackOf({
        Primary: instance({ ManageMasterUserPassword: true }),
        Green: anything('AWS::RDS::Deployment', { Source: arnOf('Primary') }),
      }),
      'Primary: Properties.ManageMasterUserPassword must be off where a blue/green deployment copies the instance, or RDS ' +
        'refuses the blue/green deployment; got: true',
    ],
  ],
  'read-only-proxy-endpoint-on-instance': [
    ['an endpoint that writes', endpoint('READ_WRITE', { DBInstanceIdentifiers: [ref('Primary')] })],
    ['readers of a cluster', endpoint('READ_ONLY', { DBClusterIdentifiers: [ref('Cluster')] })],
    [
      'readers of an instance',
      endpoint('READ_ONLY', { DBInstanceIdentifiers: [ref('Primary')] }),
      'Endpoint: Properties.TargetRole must be READ_WRITE on a proxy of an instance, or every query to it fails: RDS Proxy ' +
        'finds readers in clusters only; got: "READ_ONLY"',
    ],
  ],
  'replica-without-backups': [
    ['a day of backups', copied({ BackupRetentionPeriod: 1 })],
    ['nothing, which is a day', copied({})],
    ['no backups and no replicas', stackOf({ Primary: instance({ BackupRetentionPeriod: 0 }) })],
    [
      'no backups',
      copied({ BackupRetentionPeriod: 0 }),
      'Primary: Properties.BackupRetentionPeriod must be at least 1 where read replicas copy from the instance, or RDS ' +
        'refuses the replica: it starts from a backup; got: 0',
    ],
  ],
  'storage-that-cannot-grow': [
    ['10 % more', stackOf({ Primary: instance({ AllocatedStorage: '20', MaxAllocatedStorage: 22 }) })],
    ['no growth at all', stackOf({ Primary: instance({ AllocatedStorage: '20' }) })],
    [
      'a little more',
      stackOf({ Primary: instance({ AllocatedStorage: '20', MaxAllocatedStorage: 21 }) }),
      'Primary: Properties.MaxAllocatedStorage must be at least 10 % above AllocatedStorage (22), or RDS refuses the ' +
        'instance; got: 21',
    ],
  ],
  'unencrypted-database': [
    ['encryption', stackOf({ Primary: instance({ StorageEncrypted: true }), Replica: replica })],
    ['encryption that a deploy decides', stackOf({ Primary: instance({ StorageEncrypted: ref('Encrypted') }) })],
    ['a snapshot, which says it', stackOf({ Primary: instance({ DBSnapshotIdentifier: 'before' }) })],
    ['none', stackOf({ Primary: instance({ StorageEncrypted: false }) }), encryptionTold('false')],
    ['nothing, which is none', stackOf({ Primary: instance() }), encryptionTold('nothing')],
  ],
  'database-without-retain': [
    ['an instance that is kept', stackOf({ Primary: instance({}, kept) })],
    [
      'a snapshot at a replacement, and by default',
      stackOf({ Primary: instance({}, { UpdateReplacePolicy: 'Snapshot' }) }),
    ],
    [
      'a replica that may go',
      stackOf({ Replica: instance({ SourceDBInstanceIdentifier: 'main' }, { DeletionPolicy: 'Delete' }) }),
    ],
    ['a member of a cluster', stackOf({ Member: instance({ DBClusterIdentifier: 'cluster' }) })],
    ['no word of a replacement', stackOf({ Primary: instance() }), databaseTold('UpdateReplacePolicy', 'nothing')],
    [
      'an instance that goes',
      stackOf({ Primary: instance({}, { ...kept, DeletionPolicy: 'Delete' }) }),
      databaseTold('DeletionPolicy', '"Delete"'),
    ],
  ],
  'generated-secret-without-retain': [
    ['a secret that is kept', secret(kept)],
    ['a secret that goes with a failed first deploy only', secret({ ...kept, DeletionPolicy: 'RetainExceptOnCreate' })],
    ['a secret that somebody wrote', secret({}, { Name: 'mine' })],
    [
      'a secret that goes',
      secret({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' }),
      secretTold('DeletionPolicy', '"Delete"'),
      secretTold('UpdateReplacePolicy', '"Delete"'),
    ],
  ],
};
