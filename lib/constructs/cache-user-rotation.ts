// The password of an ElastiCache user, replaced from time to time; the one before stays good until the next time.
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type RotationProps, SecretRotation } from './secret-rotation';

export interface CacheUserRotationProps extends RotationProps {
  /** Id of the ElastiCache user, and `username` in the secret: the function may change this user only. */
  readonly userId: string;
}

/**
 * Make it depend on the caches that use the user: a user cannot be changed while they are made.
 * @see SecretsManager.1, SecretsManager.4
 */
export class CacheUserRotation extends Construct {
  /** Its metric `Errors` says when a password could not be replaced. */
  readonly function: IFunction;

  constructor(scope: Construct, id: string, props: CacheUserRotationProps) {
    super(scope, id);
    const userArn = Stack.of(this).formatArn({
      service: 'elasticache',
      resource: 'user',
      resourceName: props.userId,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const rotation = new SecretRotation(this, 'Rotation', {
      secret: props.secret,
      every: props.every,
      encryptionKey: props.encryptionKey,
      logRetention: props.logRetention,
      reservedConcurrency: props.reservedConcurrency,
      program: 'rotate-cache-user',
      description: 'Replaces the password of the user of the caches',
      environment: {},
      statements: [
        new PolicyStatement({ actions: ['elasticache:DescribeUsers', 'elasticache:ModifyUser'], resources: [userArn] }),
      ],
      reads: [],
      // A user is changed when every cache that knows it has been told.
      timeout: Duration.minutes(10),
    });
    this.function = rotation.function;
  }
}
