// What a clone is.
import { CfnParameter } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnImage } from 'aws-cdk-lib/aws-imagebuilder';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CloneTemplate, type CloneTemplateProps } from '../../lib/constructs/clone-template';
import { expectRightsFromTheStart, inStack, propertiesOf, rightsOf, surroundings, templateOf } from './built';

const make = (stack: Parameters<typeof surroundings>[0], props: Partial<CloneTemplateProps> = {}) =>
  new CloneTemplate(stack, 'Clone', {
    securityGroup: surroundings(stack).securityGroup,
    amiId: 'ami-00000000000000001',
    instanceType: 't4g.small',
    groupName: 'test',
    ...props,
  });
const build = (props: Partial<CloneTemplateProps> = {}) => templateOf((stack) => make(stack, props));

type Template = ReturnType<typeof build>;
const dataOf = (template: Template) =>
  propertiesOf(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData as Record<string, unknown>;

const rightOf = (template: Template, sid: string) => rightsOf(template).find(({ Sid }) => Sid === sid);

const secretArns = ['arn:aws:secretsmanager:eu-central-1:111122223333:secret:one-abcdef', 'arn:two'];

test('minimal: the image, the size, eight GiB of disk, its region, a log of a month, no secrets', () => {
  const template = build();
  expect(dataOf(template)).toMatchObject({
    ImageId: 'ami-00000000000000001',
    InstanceType: 't4g.small',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8 } }],
    Monitoring: { Enabled: true },
  });
  expect(JSON.stringify(dataOf(template).UserData)).toContain('AWS_REGION=');
  expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toEqual({ RetentionInDays: 30 });
  expect(rightsOf(template).map(({ Sid }) => Sid)).toEqual(['Lifecycle', 'Log', 'Sessions']);
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) =>
    make(stack, {
      amiId: 'ami-00000000000000002',
      instanceType: 'm7g.large',
      groupName: 'other',
      secretArns,
      encryptionKey: new Key(stack, 'Key'),
      environment: { COLOUR: 'blue', SIZE: '7' },
      logGroup: new LogGroup(stack, 'Journal'),
      rights: [new PolicyStatement({ sid: 'Pictures', actions: ['s3:GetObject'], resources: ['arn:pictures/*'] })],
      diskGiB: 20,
    }),
  );
  expect(dataOf(template)).toMatchObject({
    ImageId: 'ami-00000000000000002',
    InstanceType: 'm7g.large',
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 20 } }],
  });
  expect(JSON.stringify(dataOf(template).UserData)).toContain(String.raw`\\nCOLOUR=blue\\nSIZE=7\\n`);
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
  expect(JSON.stringify(rightOf(template, 'Log')?.Resource)).toContain('Journal');
  expect(JSON.stringify(rightOf(template, 'Lifecycle')?.Resource)).toContain('autoScalingGroupName/other');
  expect(rightsOf(template).map(({ Sid }) => Sid)).toEqual([
    'Secrets',
    'SecretsKey',
    'Lifecycle',
    'Log',
    'Sessions',
    'Pictures',
  ]);
});

test('credentials are given only to who asks twice, from the clone itself', () => {
  expect(dataOf(build()).MetadataOptions).toEqual({
    HttpTokens: 'required',
    HttpPutResponseHopLimit: 1,
    InstanceMetadataTags: 'enabled',
  });
});

test('the disk is encrypted and goes with the clone', () => {
  expect(dataOf(build()).BlockDeviceMappings).toMatchObject([
    { Ebs: { Encrypted: true, VolumeType: 'gp3', DeleteOnTermination: true } },
  ]);
});

test('a clone has no public address', () => {
  expect(dataOf(build()).NetworkInterfaces).toMatchObject([{ AssociatePublicIpAddress: false }]);
});

test('nobody logs in with a key: people come by Session Manager, and it gets what it needs and no more', () => {
  const template = build();
  expect(dataOf(template)).not.toHaveProperty('KeyName');
  expect(rightOf(template, 'Sessions')).toMatchObject({
    Action: [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    Resource: '*',
  });
  expect(rightsOf(template).filter(({ Resource }) => Resource === '*')).toHaveLength(1);
});

test('no clone starts before its rights exist, and none of them is somebody else’s to widen', () => {
  expectRightsFromTheStart(build());
});

test('a clone reads the secrets it is given, and no others', () => {
  expect(rightOf(build({ secretArns }), 'Secrets')).toEqual({
    Sid: 'Secrets',
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: secretArns,
  });
});

test('a clone decrypts with their key through Secrets Manager only', () => {
  const template = templateOf((stack) => make(stack, { secretArns, encryptionKey: new Key(stack, 'Key') }));
  expect(rightOf(template, 'SecretsKey')).toMatchObject({
    Action: 'kms:Decrypt',
    Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' } },
  });
});

test('a clone reports on its lifecycle to its own group', () => {
  const right = rightOf(build(), 'Lifecycle');
  expect(right?.Action).toEqual(['autoscaling:CompleteLifecycleAction', 'autoscaling:SetInstanceHealth']);
  expect(JSON.stringify(right?.Resource)).toMatch(/:autoScalingGroup:\*:autoScalingGroupName\/test"/);
});

test('a clone writes to its own log and reads none', () => {
  expect(rightOf(build(), 'Log')).toMatchObject({
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CloneLog/), 'Arn'] },
  });
});

test('a clone is told its log, whether it is its own or given', () => {
  const toldOf = (template: Template) => JSON.stringify(dataOf(template).UserData);
  expect(toldOf(build())).toMatch(/CLONEKIT_LOG_GROUP=",\{"Ref":"CloneLog\w+"\}/);
  expect(
    toldOf(templateOf((stack) => make(stack, { logGroup: LogGroup.fromLogGroupName(stack, 'Journal', '/fleet/log') }))),
  ).toContain(String.raw`CLONEKIT_LOG_GROUP=/fleet/log\\n`);
});

test('a log of its own is encrypted with the key it is given', () => {
  const template = templateOf((stack) => make(stack, { logKey: new Key(stack, 'Key') }));
  expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toMatchObject({
    KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
  });
});

test('rights are part of the role, so that no clone starts before it has them', () => {
  build({ secretArns }).resourceCountIs('AWS::IAM::Policy', 0);
});

test('its image, role and log are there to be used', () => {
  inStack((stack) => {
    const clone = make(stack);
    expect(clone.launchTemplate.role).toBe(clone.role);
    expect(clone.logGroup.node.path).toBe('Test/Clone/Log');
  });
});

test.each<[Partial<CloneTemplateProps>, string]>([
  ...['ami-0123', 'resolve:ssm:/image', 'AMI-00000000000000001'].map((amiId): [Partial<CloneTemplateProps>, string] => [
    { amiId },
    `Test/Clone.amiId must be a literal, ami- and 17 hexadecimal digits, or an image that is baked with the deploy; got: "${amiId}"; paste the id of the baked image, or pass ImagePipeline.bakeOnDeploy()`,
  ]),
  ...[0, 16385, 8.5].map((diskGiB): [Partial<CloneTemplateProps>, string] => [
    { diskGiB },
    `Test/Clone.diskGiB must be a whole number from 1 to 16384; got: ${diskGiB}; use the size of the image, or somewhat more`,
  ]),
])('%j is refused', (props, message) => {
  expect(() => build(props)).toThrow(new Error(message));
});

test('an image that is baked with the deploy is taken as it is referred to', () => {
  const template = templateOf((stack) =>
    make(stack, { amiId: new CfnImage(stack, 'Image', { infrastructureConfigurationArn: 'arn:machine' }).attrImageId }),
  );
  expect(dataOf(template).ImageId).toEqual({ 'Fn::GetAtt': ['Image', 'ImageId'] });
});

test('an image that is looked up by the deploy is refused: it would change by itself', () => {
  expect(() => templateOf((stack) => make(stack, { amiId: new CfnParameter(stack, 'Image').valueAsString }))).toThrow(
    'Test/Clone.amiId must be a literal',
  );
});

test('an environment that names another log is refused', () => {
  expect(() => build({ environment: { CLONEKIT_LOG_GROUP: 'other' } })).toThrow(
    new Error(
      'Test/Clone.environment must not say where the log goes; got: "CLONEKIT_LOG_GROUP"; leave it out and set logGroup',
    ),
  );
});

test('an environment that would be misread is refused', () => {
  expect(() => build({ environment: { COLOUR: 'red\nADMIN=1' } })).toThrow(
    'Test/Clone.environment.COLOUR must be one line',
  );
});
