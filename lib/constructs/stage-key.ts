// The key of a stage: whatever is of people, or tells about them, lies encrypted with it.
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface StageKeyProps {
  /** Its alias without `alias/`, e.g. `clonekit-prod`: unique in account and region. */
  readonly name: string;
}

/**
 * Database, caches, secrets, pictures, logs and topics of a stage are encrypted with it. It costs 1 USD a month, another
 * for each of its first two rotations, and 0.03 USD for 10,000 uses.
 *
 * It stays when the stack goes, and after someone has scheduled its deletion there are 30 days to take that back: what was
 * encrypted with it, backups too, is lost with it.
 * @see KMS.4
 */
export class StageKey extends Construct {
  /**
   * Let roles of other stacks use it by `key.grantDecrypt(role)`, which is the role's to say. Not by `secret.grantRead(role)`
   * of a secret encrypted with it: that names the role in the key's policy, and each of the two stacks needs the other.
   */
  readonly key: Key;

  constructor(scope: Construct, id: string, props: StageKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Data of ${props.name}`,
      alias: `alias/${props.name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const stack = Stack.of(this);
    const everythingOf = (service: string): string =>
      stack.formatArn({ service, resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const allow = (sid: string, services: string[], actions: string[], conditions: Record<string, object>): void => {
      this.key.addToResourcePolicy(
        new PolicyStatement({
          sid,
          principals: services.map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
          actions: actions.map((action) => `kms:${action}`),
          resources: ['*'],
          conditions,
        }),
      );
    };
    // Services act here by themselves, so IAM cannot let them: the key's policy must, for this account only.
    allow(
      'LogGroups',
      [`logs.${stack.region}`],
      ['Encrypt*', 'Decrypt*', 'ReEncrypt*', 'GenerateDataKey*', 'Describe*'],
      { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': everythingOf('logs') } },
    );
    allow('AlarmsToTopics', ['cloudwatch', 'events.rds'], ['Decrypt', 'GenerateDataKey*'], {
      StringEquals: { 'aws:SourceAccount': stack.account },
    });
  }
}
