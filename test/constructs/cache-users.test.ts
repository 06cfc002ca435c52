// Who may log in to the caches.
import { CacheUsers, type CacheUsersProps } from '../../lib/constructs/cache-users';
import { propertiesOf, templateOf } from './built';

const build = (props: Partial<CacheUsersProps> = {}) =>
  templateOf((stack) => new CacheUsers(stack, 'Users', { name: 'test', ...props }));

test('minimal: the app may use every key and nothing dangerous', () => {
  build().hasResourceProperties('AWS::ElastiCache::User', {
    UserId: 'test-app',
    UserName: 'test-app',
    Engine: 'valkey',
    AccessString: 'on ~* +@all -@dangerous +info',
  });
});

test('maximal: every prop arrives', () => {
  const template = build({ name: 'other', access: 'on ~* +@read' });
  template.hasResourceProperties('AWS::ElastiCache::User', { UserName: 'other-app', AccessString: 'on ~* +@read' });
  expect(propertiesOf(template, 'AWS::ElastiCache::UserGroup')).toMatchObject({
    UserGroupId: 'other',
    Engine: 'valkey',
  });
});

test('whoever gives no name gets nothing', () => {
  build().hasResourceProperties('AWS::ElastiCache::User', { UserName: 'default', AccessString: 'off ~* -@all' });
});

test('both users are in the group', () => {
  expect(propertiesOf(build(), 'AWS::ElastiCache::UserGroup').UserIds).toHaveLength(2);
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
  build().hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});
