// Whom alarms tell: people by e-mail, a channel by chat.
import { Stack } from 'aws-cdk-lib';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  /** What subscribers read as the sender, at most 100 characters. */
  readonly displayName: string;
  /** Name of the channel's configuration, unique in the account. */
  readonly name: string;
  /** E-mail addresses; each has to confirm once. */
  readonly emails: readonly string[];
  /**
   * A channel of Slack whose workspace the account was once authorized for by hand, in the console of Amazon Q Developer
   * in chat applications.
   * @default - none
   */
  readonly slack?: { readonly workspaceId: string; readonly channelId: string };
  /**
   * What messages are encrypted with; it must let CloudWatch use it.
   * @default - SNS keeps them as they are
   * @see SNS.1
   */
  readonly encryptionKey?: IKey;
}

/**
 * Next to nothing a month: of e-mails the first thousand are free, and messages to a channel are.
 * @see SNS.1
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: props.displayName,
      masterKey: props.encryptionKey,
      enforceSSL: true,
    });
    // A topic with a policy of its own has lost the one that let its account's services publish. ElastiCache is not among
    // them: it cannot publish to an encrypted topic, so a figure watches its failovers.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsAndEventsOfThisAccount',
        principals: ['cloudwatch', 'events.rds'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
    if (props.slack) {
      new SlackChannelConfiguration(this, 'Slack', {
        slackChannelConfigurationName: props.name,
        slackWorkspaceId: props.slack.workspaceId,
        slackChannelId: props.slack.channelId,
        notificationTopics: [this.topic],
        // Messages need no rights; without a role of ours the channel could do what the guardrail allows.
        role: new Role(this, 'ChatRole', { assumedBy: new ServicePrincipal('chatbot.amazonaws.com') }),
        guardrailPolicies: [ManagedPolicy.fromAwsManagedPolicyName('CloudWatchReadOnlyAccess')],
      });
    }
  }
}
