// Who may log in to the caches.
import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CacheUsers, type CacheUsersProps } from '../../lib/constructs/cache-users';
import { inStack, propertiesOf, templateOf } from './built';

const build = (props: Partial<CacheUsersProps> = {}) =>
  templateOf((stack) => new CacheUsers(stack, 'Users', { name: 'test', ...props }));

const accessOf = (template: ReturnType<typeof build>, name: string): string => {
  const users = Object.values(template.findResources('AWS::ElastiCache::User'));
  return users.find(({ Properties }) => Properties.UserName === name)?.Properties.AccessString;
};

test('minimal: a user for the app, made anew with the stack', () => {
  const template = build();
  template.hasResource('AWS::ElastiCache::User', {
    DeletionPolicy: 'Delete',
    Properties: { UserId: 'test-app', UserName: 'test-app', Engine: 'valkey' },
  });
  expect(propertiesOf(template, 'AWS::SecretsManager::Secret')).not.toHaveProperty('KmsKeyId');
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/test');
    const removalPolicy = RemovalPolicy.RETAIN;
    new CacheUsers(stack, 'Users', { name: 'other', access: 'on ~* +@read', encryptionKey, removalPolicy });
  });
  expect(accessOf(template, 'other-app')).toBe('on ~* +@read');
  expect(propertiesOf(template, 'AWS::ElastiCache::UserGroup')).toMatchObject({
    UserGroupId: 'other',
    Engine: 'valkey',
  });
  expect(propertiesOf(template, 'AWS::SecretsManager::Secret').KmsKeyId).toMatch(/:key\/test$/);
  for (const type of ['User', 'UserGroup']) {
    for (const { DeletionPolicy } of Object.values(template.findResources(`AWS::ElastiCache::${type}`))) {
      expect(DeletionPolicy).toBe('Retain');
    }
  }
});

test('the app gets what it needs and nothing else: no flush, no configuration, no functions', () => {
  expect(accessOf(build(), 'test-app')).toBe(
    'on ~* -@all +@read +@write +@connection +@transaction -@dangerous ' +
      '-@scripting +eval +evalsha +script|load +script|exists ' +
      '+time +info +cluster|info +cluster|slots +cluster|shards +cluster|nodes',
  );
});

test('whoever gives no name gets nothing', () => {
  expect(accessOf(build(), 'default')).toBe('off ~* -@all');
});

test('both users are in the group', () => {
  expect(propertiesOf(build(), 'AWS::ElastiCache::UserGroup').UserIds).toHaveLength(2);
});

test('a rotation is told which user to change', () => {
  inStack((stack) => {
    const { appUserId } = new CacheUsers(stack, 'Users', { name: 'test' });
    expect(stack.resolve(appUserId)).toEqual({ Ref: expect.stringMatching(/^UsersApp/) });
  });
});

test('passwords are generated, long, and only referred to', () => {
  const template = build();
  expect(propertiesOf(template, 'AWS::SecretsManager::Secret').GenerateSecretString).toEqual({
    SecretStringTemplate: '{"username":"test-app"}',
    GenerateStringKey: 'password',
    PasswordLength: 48,
    ExcludePunctuation: true,
  });
  for (const { Properties } of Object.values(template.findResources('AWS::ElastiCache::User'))) {
    expect(JSON.stringify(Properties.Passwords)).toContain('{{resolve:secretsmanager:');
  }
});

test('the secret outlives the stack', () => {
  build().hasResource('AWS::SecretsManager::Secret', {
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});
