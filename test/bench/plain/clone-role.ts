// What a clone of `dev` may do, written plainly.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DataStack } from './data';
import type { NetworkStack } from './network';

export interface CloneRoleProps {
  readonly name: string;
  readonly network: NetworkStack;
  readonly data: DataStack;
}

export const makeCloneRole = (scope: Construct, { name, network, data }: CloneRoleProps): Role => {
  const { partition, region, account } = Stack.of(scope);
  const log = new LogGroup(scope, 'Log', {
    retention: RetentionDays.ONE_MONTH,
    encryptionKey: network.key,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const statements = [
    new PolicyStatement({
      sid: 'Secrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [data.caches.secret.secretArn, data.database.appSecret.secretArn],
    }),
    new PolicyStatement({
      sid: 'SecretsKey',
      actions: ['kms:Decrypt'],
      resources: [network.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
    new PolicyStatement({
      sid: 'Lifecycle',
      actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:SetInstanceHealth'],
      resources: [`arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`],
    }),
    new PolicyStatement({
      sid: 'Log',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [log.logGroupArn],
    }),
    new PolicyStatement({
      sid: 'Sessions',
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'Pictures',
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [
        `${data.pictures.bucketArn}/uploads/${'?'.repeat(66)}`,
        `${data.pictures.bucketArn}/pictures/${'?'.repeat(22)}`,
      ],
    }),
    new PolicyStatement({
      sid: 'PicturesKey',
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: [network.key.keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': `s3.${region}.amazonaws.com`,
          'kms:EncryptionContext:aws:s3:arn': data.pictures.bucketArn,
        },
      },
    }),
  ];
  return new Role(scope, 'Role', {
    description: `Clones of ${name}`,
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: [new ManagedPolicy(scope, 'Rights', { description: `What clones of ${name} may do`, statements })],
  });
};
