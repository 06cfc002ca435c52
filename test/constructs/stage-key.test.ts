// The key of a stage.
import { type App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StageKey } from '../../lib/constructs/stage-key';
import { inStack, propertiesOf, templateOf } from './built';

const build = () => templateOf((stack) => new StageKey(stack, 'Stage', { name: 'clonekit-prod' }));

interface Statement {
  Sid?: string;
  Principal: unknown;
}

const statementsOf = (template: ReturnType<typeof build>): Statement[] =>
  (propertiesOf(template, 'AWS::KMS::Key').KeyPolicy as { Statement: Statement[] }).Statement;

const statementOf = (sid: string): Statement | undefined => statementsOf(build()).find(({ Sid }) => Sid === sid);

const arnOf = (service: string) => ({
  'Fn::Join': ['', [`arn:aws:${service}:eu-central-1:`, { Ref: 'AWS::AccountId' }, ':*']],
});

test('it has the alias of its name', () => {
  expect(propertiesOf(build(), 'AWS::KMS::Alias').AliasName).toBe('alias/clonekit-prod');
});

test('it encrypts what is in the same stack', () => {
  const template = templateOf((stack) => {
    const { key } = new StageKey(stack, 'Stage', { name: 'clonekit-prod' });
    new LogGroup(stack, 'Log', { encryptionKey: key, removalPolicy: RemovalPolicy.DESTROY });
  });
  const [id] = Object.keys(template.findResources('AWS::KMS::Key'));
  expect(propertiesOf(template, 'AWS::Logs::LogGroup').KmsKeyId).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
});

test('secrets and roles of another stack use it, and it knows nothing of them', () => {
  inStack((stack) => {
    const { key } = new StageKey(stack, 'Stage', { name: 'clonekit-prod' });
    const other = new Stack(stack.node.root as App, 'Other', { env: { region: 'eu-central-1' } });
    new Secret(other, 'Secret', { encryptionKey: key });
    key.grantDecrypt(new Role(other, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
    const template = Template.fromStack(other);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'kms:Decrypt' }] },
    });
    expect(JSON.stringify(propertiesOf(template, 'AWS::SecretsManager::Secret').KmsKeyId)).toContain('StageKey');
    expect(stack.dependencies).toEqual([]);
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/Fn::GetStackOutput|Fn::ImportValue/);
  });
});

test('it is rotated', () => {
  expect(propertiesOf(build(), 'AWS::KMS::Key').EnableKeyRotation).toBe(true);
});

test('it outlives its stack, and its deletion can be taken back for 30 days', () => {
  build().hasResource('AWS::KMS::Key', {
    Properties: { PendingWindowInDays: 30 },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});

test('CloudWatch Logs of the region uses it for log groups of the account', () => {
  expect(statementOf('LogGroups')).toEqual({
    Sid: 'LogGroups',
    Effect: 'Allow',
    Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
    Action: ['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    Resource: '*',
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arnOf('logs') } },
  });
});

test('alarms and the database’s events of the account are published with it', () => {
  expect(statementOf('AlarmsToTopics')).toEqual({
    Sid: 'AlarmsToTopics',
    Effect: 'Allow',
    Principal: { Service: ['cloudwatch.amazonaws.com', 'events.rds.amazonaws.com'] },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  });
});

test('everything else is the account’s own to let', () => {
  const others = statementsOf(build()).filter(({ Sid }) => Sid === undefined);
  expect(others).toEqual([
    {
      Effect: 'Allow',
      Principal: {
        AWS: { 'Fn::Join': ['', ['arn:aws:iam::', { Ref: 'AWS::AccountId' }, ':root']] },
      },
      Action: 'kms:*',
      Resource: '*',
    },
  ]);
  expect(statementsOf(build())).toHaveLength(3);
});
