// Every password of a stage's data, replaced one after the other.
import { Duration, type Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Cache } from '../../lib/constructs/cache';
import { CacheUsers } from '../../lib/constructs/cache-users';
import { Database } from '../../lib/constructs/database';
import { privileges } from '../../lib/constructs/database-users';
import { PasswordRotations, type PasswordRotationsProps } from '../../lib/constructs/password-rotations';
import { surroundings, templateOf } from './built';

const make = (stack: Stack, props: Partial<PasswordRotationsProps> = {}): PasswordRotations => {
  const inNetwork = surroundings(stack);
  const users = new CacheUsers(stack, 'CacheUsers', { name: 'test' });
  return new PasswordRotations(stack, 'Rotations', {
    ...inNetwork,
    database: new Database(stack, 'Database', { ...inNetwork, name: 'test', databaseName: 'test' }),
    cacheUsers: users,
    caches: [new Cache(stack, 'Sessions', { ...inNetwork, purpose: 'sessions', users })],
    ...props,
  });
};
const build = (props?: Partial<PasswordRotationsProps>) => templateOf((stack) => make(stack, props));

type Template = ReturnType<typeof build>;
/** The only resource of a type that belongs to a rotation. */
const find = (template: Template, type: string, of: string) => {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(`Rotations${of}`));
  expect(found).toHaveLength(1);
  const [id, { Properties, DependsOn }] = found[0] as (typeof found)[0];
  return { id, Properties, DependsOn };
};
const all = ['FirstUser', 'AppUser', 'CacheUser'];
const schedule = 'AWS::SecretsManager::RotationSchedule';

test('minimal: three passwords, each replaced every thirty days', () => {
  for (const of of all) {
    expect(find(build(), schedule, of).Properties.RotationRules).toEqual({ AutomaticallyAfterDays: 30 });
    expect(find(build(), 'AWS::Logs::LogGroup', of).Properties).toEqual({ RetentionInDays: 365 });
    expect(find(build(), 'AWS::Lambda::Function', of).Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  }
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) =>
    make(stack, {
      every: Duration.days(7),
      encryptionKey: new Key(stack, 'Key'),
      logRetention: RetentionDays.ONE_WEEK,
      reservedConcurrency: 1,
    }),
  );
  const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
  for (const of of all) {
    expect(find(template, schedule, of).Properties.RotationRules).toEqual({ AutomaticallyAfterDays: 7 });
    expect(find(template, 'AWS::Logs::LogGroup', of).Properties).toEqual({ RetentionInDays: 7, KmsKeyId: key });
    expect(find(template, 'AWS::Lambda::Function', of).Properties).toMatchObject({
      ReservedConcurrentExecutions: 1,
      KmsKeyArn: key,
    });
  }
});

test('each has the secret of its user', () => {
  const secretOf = (of: string): unknown => find(build(), schedule, of).Properties.SecretId;
  expect(all.map(secretOf)).toEqual([
    { Ref: expect.stringMatching(/^DatabaseUsersFirstAttachment/) },
    { Ref: expect.stringMatching(/^DatabaseUsersAppAttachment/) },
    { Ref: expect.stringMatching(/^CacheUsersSecret/) },
  ]);
});

test('the app’s user is made with what the app needs, and no more', () => {
  const { Environment } = find(build(), 'AWS::Lambda::Function', 'AppUser').Properties;
  expect(Environment.Variables.CLONEKIT_PRIVILEGES).toBe(privileges);
});

test('those of the database run in the network; that of the caches is not in it', () => {
  const isInNetwork = (of: string): boolean =>
    Object.hasOwn(find(build(), 'AWS::Lambda::Function', of).Properties, 'VpcConfig');
  expect(all.map(isInNetwork)).toEqual([true, true, false]);
});

test('each begins when its server is there, and the app’s when the first user has its password', () => {
  const template = build();
  const waitsFor = (of: string, type: string): boolean =>
    Object.keys(template.findResources(type)).some((id) => find(template, schedule, of).DependsOn.includes(id));
  expect(waitsFor('FirstUser', 'AWS::RDS::DBInstance')).toBe(true);
  expect(waitsFor('CacheUser', 'AWS::ElastiCache::ReplicationGroup')).toBe(true);
  expect(find(template, schedule, 'AppUser').DependsOn).toContain(find(template, schedule, 'FirstUser').id);
});
