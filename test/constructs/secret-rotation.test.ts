// What every rotation has: a function with few rights, called for one secret only.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SecretRotation, type SecretRotationProps } from '../../lib/constructs/secret-rotation';
import type { handler as Handler } from '../../lib/functions/rotate-database-user';
import { expectRightsFromTheStart, inStack, propertiesOf, rightsOf, surroundings, templateOf } from './built';

const toProps = (secret: Secret): SecretRotationProps => ({
  secret,
  program: 'rotate-database-user',
  description: 'Test',
  environment: {},
  statements: [],
  reads: [],
  timeout: Duration.minutes(1),
});

const build = () => templateOf((stack) => new SecretRotation(stack, 'Rotation', toProps(new Secret(stack, 'Secret'))));

const secretRef = { Ref: expect.stringMatching(/^Secret/) };

test('minimal: a password is replaced every thirty days, and once at the start', () => {
  const template = build();
  expect(propertiesOf(template, 'AWS::SecretsManager::RotationSchedule')).toMatchObject({
    SecretId: secretRef,
    RotationRules: { AutomaticallyAfterDays: 30 },
    RotateImmediatelyOnUpdate: true,
  });
  expect(propertiesOf(template, 'AWS::Lambda::Function')).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 60,
  });
  expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toEqual({ RetentionInDays: 365 });
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    const { vpc, subnets, securityGroup } = surroundings(stack);
    new SecretRotation(stack, 'Rotation', {
      ...toProps(new Secret(stack, 'Secret')),
      program: 'rotate-cache-user',
      description: 'Another',
      environment: { SOME: 'thing' },
      every: Duration.days(7),
      encryptionKey: new Key(stack, 'Key'),
      logRetention: RetentionDays.ONE_WEEK,
      reservedConcurrency: 1,
      timeout: Duration.minutes(5),
      network: { vpc, subnets, securityGroup },
    });
  });
  expect(propertiesOf(template, 'AWS::SecretsManager::RotationSchedule').RotationRules).toEqual({
    AutomaticallyAfterDays: 7,
  });
  expect(propertiesOf(template, 'AWS::Lambda::Function')).toMatchObject({
    Description: 'Another',
    Environment: { Variables: { SOME: 'thing' } },
    ReservedConcurrentExecutions: 1,
    Timeout: 300,
    VpcConfig: { SubnetIds: Array(2).fill({ Ref: expect.anything() }) },
  });
  expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toMatchObject({
    RetentionInDays: 7,
    KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
  });
});

test('what the function is told is encrypted with the key it is given, of use to it through Lambda only', () => {
  const template = templateOf((stack) => {
    const encryptionKey = new Key(stack, 'Key');
    new SecretRotation(stack, 'Rotation', { ...toProps(new Secret(stack, 'Secret')), encryptionKey });
  });
  const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
  expect(propertiesOf(template, 'AWS::Lambda::Function').KmsKeyArn).toEqual(key);
  expect(rightsOf(template).filter(({ Action }) => String(Action).includes('kms:'))).toEqual([
    {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: key,
      Condition: {
        StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['lambda.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
      },
    },
  ]);
});

test('Secrets Manager may call it for this secret of this account, and for no other', () => {
  expect(propertiesOf(build(), 'AWS::Lambda::Permission')).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount: { Ref: 'AWS::AccountId' },
    SourceArn: secretRef,
  });
});

test('the schedule comes after the permission, or it would be refused', () => {
  const [schedule] = Object.values(build().findResources('AWS::SecretsManager::RotationSchedule'));
  expect(schedule?.DependsOn).toContainEqual(expect.stringMatching(/^RotationFunction.*SecretsManager/));
});

test('it may replace this secret, write its log, and do nothing else', () => {
  expect(rightsOf(build())).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      Resource: secretRef,
    },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^RotationLog/), 'Arn'] },
    },
  ]);
});

test('it never runs without its rights, and none of them is AWS’s to change', () => {
  expectRightsFromTheStart(build());
});

test('in a network Lambda may make interfaces with its rights, and its code may not', () => {
  const template = templateOf((stack) => {
    new SecretRotation(stack, 'Rotation', { ...toProps(new Secret(stack, 'Secret')), network: surroundings(stack) });
  });
  const statements = rightsOf(template).filter(({ Action }) => String(Action).includes('ec2:'));
  expect(statements).toMatchObject([
    { Effect: 'Allow', Resource: '*' },
    { Effect: 'Deny', Resource: '*', Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } } },
  ]);
  expect(statements[0]?.Action).toEqual(statements[1]?.Action);
});

test('a secret with a key of its own is decrypted and encrypted through Secrets Manager only', () => {
  const template = templateOf((stack) => {
    const withKey = (id: string): Secret => new Secret(stack, id, { encryptionKey: new Key(stack, `KeyOf${id}`) });
    new SecretRotation(stack, 'Rotation', { ...toProps(withKey('Secret')), reads: [withKey('Other')] });
  });
  const ruleOf = (key: RegExp, Action: unknown) => ({
    Effect: 'Allow',
    Action,
    Resource: { 'Fn::GetAtt': [expect.stringMatching(key), 'Arn'] },
    Condition: {
      StringEquals: {
        'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
      },
    },
  });
  expect(rightsOf(template).filter(({ Action }) => String(Action).includes('kms:'))).toEqual([
    ruleOf(/^KeyOfSecret/, ['kms:Decrypt', 'kms:GenerateDataKey']),
    ruleOf(/^KeyOfOther/, 'kms:Decrypt'),
  ]);
});

describe('the code that is deployed', () => {
  const bundled = inStackWithBundle();

  test('is the function itself, with every library it uses', async () => {
    const event = { Step: 'none', SecretId: 'arn', ClientRequestToken: 'token' };
    const said = jest.spyOn(console, 'log').mockReturnValue();
    await expect(bundled.handler(event, { getRemainingTimeInMillis: () => 1000 })).rejects.toThrow(
      'none of arn: step must be one of createSecret, setSecret, testSecret, finishSecret, got: none',
    );
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });

  test('is the same wherever and whenever it is made', () => {
    expect(inStackWithBundle().asset).toBe(bundled.asset);
    expect(bundled.asset).toMatch(/^asset\.[0-9a-f]{64}$/);
  });
});

/** The bundle, as CDK writes it for deploying. */
function inStackWithBundle(): { asset: string; handler: typeof Handler } {
  return inStack((stack) => {
    new SecretRotation(stack, 'Rotation', toProps(new Secret(stack, 'Secret')));
    const { directory } = App.of(stack)?.synth() ?? {};
    const [asset = 'none'] = readdirSync(directory as string).filter((name) => /^asset\./.test(name));
    return { asset, handler: createRequire(__filename)(join(directory as string, asset, 'index.js')).handler };
  });
}
