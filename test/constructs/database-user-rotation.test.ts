// The rotation of a database user: what its function is told, and where it runs.
import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DatabaseUserRotation, type DatabaseUserRotationProps } from '../../lib/constructs/database-user-rotation';
import { propertiesOf, rightsOf, surroundings, templateOf } from './built';

const build = (props: Partial<DatabaseUserRotationProps> = {}, isOfApp = true) =>
  templateOf((stack) => {
    new DatabaseUserRotation(stack, 'Rotation', {
      ...surroundings(stack),
      secret: new Secret(stack, 'AppSecret'),
      firstUserSecret: isOfApp ? new Secret(stack, 'FirstSecret') : undefined,
      ...props,
    });
  });
const variablesOf = (template: ReturnType<typeof build>) =>
  (propertiesOf(template, 'AWS::Lambda::Function').Environment as { Variables: object }).Variables;
const first = { Ref: expect.stringMatching(/^FirstSecret/) };

test('minimal: the app’s user may read and write rows, and nothing about tables', () => {
  expect(variablesOf(build())).toEqual({
    CLONEKIT_FIRST_USER_SECRET: first,
    CLONEKIT_PRIVILEGES: 'SELECT, INSERT, UPDATE, DELETE',
    NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  });
});

test('without a first user it is the first user’s own', () => {
  expect(variablesOf(build({ privileges: 'SELECT' }, false))).toEqual({
    NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  });
});

test('maximal: every prop arrives', () => {
  const template = build({
    privileges: 'SELECT',
    every: Duration.days(3),
    logRetention: RetentionDays.ONE_WEEK,
    reservedConcurrency: 2,
  });
  expect(variablesOf(template)).toMatchObject({ CLONEKIT_PRIVILEGES: 'SELECT' });
  expect(propertiesOf(template, 'AWS::SecretsManager::RotationSchedule')).toMatchObject({
    SecretId: { Ref: expect.stringMatching(/^AppSecret/) },
    RotationRules: { AutomaticallyAfterDays: 3 },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 2 });
});

test('it runs inside the network, behind the given group', () => {
  expect(propertiesOf(build(), 'AWS::Lambda::Function').VpcConfig).toEqual({
    SubnetIds: Array(2).fill({ Ref: expect.stringMatching(/^VpcPrivateSubnet/) }),
    SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^SecurityGroup/), 'GroupId'] }],
  });
});

test('of the first user’s secret it may read the value, and no more', () => {
  const ofFirst = rightsOf(build()).filter(({ Resource }) => /FirstSecret/.test(JSON.stringify(Resource)));
  expect(ofFirst).toEqual([{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: first }]);
});
