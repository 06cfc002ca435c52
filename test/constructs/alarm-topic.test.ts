// Whom alarms tell, and who may make them tell.
import { Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AlarmTopic } from '../../lib/constructs/alarm-topic';
import { templateOf } from './built';

const minimal = { displayName: 'clonekit test', name: 'clonekit-test', emails: ['operators@example.com'] };
const alone = templateOf((stack) => new AlarmTopic(stack, 'Alarms', minimal));

test('alone it has its subscribers and no channel', () => {
  alone.hasResourceProperties('AWS::SNS::Topic', { DisplayName: 'clonekit test', KmsMasterKeyId: Match.absent() });
  alone.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'operators@example.com' });
  alone.resourceCountIs('AWS::Chatbot::SlackChannelConfiguration', 0);
});

test('with everything set it is encrypted, and tells a channel', () => {
  const template = templateOf(
    (stack) =>
      new AlarmTopic(stack, 'Alarms', {
        ...minimal,
        encryptionKey: new Key(stack, 'Key'),
        slack: { workspaceId: 'T01', channelId: 'C01' },
      }),
  );
  template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } });
  template.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
    ConfigurationName: 'clonekit-test',
    SlackWorkspaceId: 'T01',
    SlackChannelId: 'C01',
    SnsTopicArns: [{ Ref: Match.stringLikeRegexp('^Alarms') }],
  });
});

test('nobody publishes without TLS', () => {
  alone.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Action: 'sns:Publish',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    },
  });
});

test('only services that act for this account publish', () => {
  alone.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: ['cloudwatch.amazonaws.com', 'events.rds.amazonaws.com'] },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]),
    },
  });
});

test('whoever writes in the channel may look at figures and nothing else', () => {
  const template = templateOf(
    (stack) => new AlarmTopic(stack, 'Alarms', { ...minimal, slack: { workspaceId: 'T01', channelId: 'C01' } }),
  );
  template.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
    GuardrailPolicies: [
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/CloudWatchReadOnlyAccess']] },
    ],
  });
  template.resourceCountIs('AWS::IAM::Policy', 0);
});
