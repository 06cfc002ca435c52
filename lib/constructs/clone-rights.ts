// What a clone may do in AWS: read its secrets, report on its life, write its log, be visited. Nothing else.
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

export const toCloneRights = ({
  region,
  groupArn,
  logGroupArn,
  secretArns = [],
  encryptionKey,
  rights = [],
}: {
  readonly region: string;
  readonly groupArn: string;
  readonly logGroupArn: string;
  readonly secretArns?: readonly string[];
  readonly encryptionKey?: IKey;
  readonly rights?: readonly PolicyStatement[];
}): PolicyStatement[] => {
  const secrets = new PolicyStatement({
    sid: 'Secrets',
    actions: ['secretsmanager:GetSecretValue'],
    resources: [...secretArns],
  });
  const key =
    encryptionKey &&
    new PolicyStatement({
      sid: 'SecretsKey',
      actions: ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    });
  return [
    ...(secretArns.length > 0 ? [secrets, ...(key ? [key] : [])] : []),
    new PolicyStatement({
      sid: 'Lifecycle',
      // That it is ready, that it has left, and that it must be replaced; of its own group, though of any clone of it.
      actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:SetInstanceHealth'],
      resources: [groupArn],
    }),
    new PolicyStatement({
      sid: 'Log',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroupArn],
    }),
    // What Session Manager needs and no more; these actions know no resources.
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
    ...rights,
  ];
};
