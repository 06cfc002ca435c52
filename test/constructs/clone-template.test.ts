// What a clone is.
import { Match } from 'aws-cdk-lib/assertions';
import { CloneTemplate, type CloneTemplateProps } from '../../lib/constructs/clone-template';
import { propertiesOf, surroundings, templateOf } from './built';

const build = (props: Partial<CloneTemplateProps> = {}) =>
  templateOf((stack) => {
    new CloneTemplate(stack, 'Clone', {
      securityGroup: surroundings(stack).securityGroup,
      amiId: 'ami-00000000000000001',
      region: 'eu-central-1',
      instanceType: 't4g.small',
      groupName: 'test',
      secretArns: ['arn:aws:secretsmanager:eu-central-1:111122223333:secret:one-abcdef'],
      environment: { COLOUR: 'red' },
      ...props,
    });
  });
const dataOf = (template: ReturnType<typeof build>) =>
  propertiesOf(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData as Record<string, unknown>;

test('minimal: the image, the size, eight GiB of disk', () => {
  expect(dataOf(build())).toMatchObject({
    ImageId: 'ami-00000000000000001',
    InstanceType: 't4g.small',
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 8 } }],
    Monitoring: { Enabled: true },
  });
});

test('maximal: every prop arrives', () => {
  const template = build({
    amiId: 'ami-00000000000000002',
    instanceType: 'm7g.large',
    groupName: 'other',
    secretArns: ['arn:one', 'arn:two'],
    environment: { COLOUR: 'blue', SIZE: '7' },
    diskGiB: 20,
  });
  expect(dataOf(template)).toMatchObject({
    ImageId: 'ami-00000000000000002',
    InstanceType: 'm7g.large',
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 20 } }],
  });
  expect(JSON.stringify(dataOf(template).UserData)).toContain(String.raw`\\nCOLOUR=blue\\nSIZE=7\\n`);
  template.hasResourceProperties('AWS::IAM::Role', {
    Policies: [
      {
        PolicyDocument: {
          Statement: [
            { Action: 'secretsmanager:GetSecretValue', Resource: ['arn:one', 'arn:two'] },
            { Action: 'autoscaling:CompleteLifecycleAction', Resource: Match.anyValue() },
          ],
        },
      },
    ],
  });
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

test('nobody logs in with a key: people come by Session Manager', () => {
  const template = build();
  expect(dataOf(template)).not.toHaveProperty('KeyName');
  expect(JSON.stringify(propertiesOf(template, 'AWS::IAM::Role').ManagedPolicyArns)).toContain(
    'AmazonSSMManagedInstanceCore',
  );
});

test('rights are part of the role, so that no clone starts before it has them', () => {
  build().resourceCountIs('AWS::IAM::Policy', 0);
});
