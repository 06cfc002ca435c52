// A function that rotates a secret, written plainly; its code is bundled already.
import { join } from 'node:path';
import { Aws, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { NetworkStack } from './network';

export interface RotationProps {
  readonly functions: string;
  readonly program: string;
  readonly description: string;
  readonly secret: ISecret;
  readonly network: NetworkStack;
  /** Whether it talks to what is in the VPC only. */
  readonly isInVpc: boolean;
  readonly timeout: Duration;
  readonly environment?: Record<string, string>;
  readonly reads?: readonly ISecret[];
  readonly statements?: readonly PolicyStatement[];
}

const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const interfaceStatements = [
  new PolicyStatement({ actions: interfaceActions, resources: ['*'] }),
  new PolicyStatement({
    effect: Effect.DENY,
    actions: interfaceActions,
    resources: ['*'],
    conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
  }),
];

export class Rotation extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RotationProps) {
    super(scope, id);
    const { secret, network, isInVpc } = props;
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_YEAR,
      encryptionKey: network.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: Code.fromAsset(join(props.functions, props.program)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: 256,
      role: this.makeRole(props, logGroup),
      logGroup,
      environment: props.environment,
      environmentEncryption: network.key,
      vpc: isInVpc ? network.vpc : undefined,
      vpcSubnets: isInVpc ? { subnets: network.subnetsOf('Clones') } : undefined,
      securityGroups: isInVpc ? [network.groups.rotation] : undefined,
    });
    this.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: secret.secretArn,
    });
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: secret.secretArn,
      rotationLambdaArn: this.function.functionArn,
      rotationRules: { automaticallyAfterDays: 30 },
      rotateImmediatelyOnUpdate: true,
    });
    schedule.node.addDependency(this.function);
  }

  private makeRole({ secret, reads = [], statements = [], ...props }: RotationProps, log: LogGroup): Role {
    const rights = new ManagedPolicy(this, 'Rights', {
      description: props.description,
      statements: [
        new PolicyStatement({
          actions: [
            'secretsmanager:DescribeSecret',
            'secretsmanager:GetSecretValue',
            'secretsmanager:PutSecretValue',
            'secretsmanager:UpdateSecretVersionStage',
          ],
          resources: [secret.secretArn],
        }),
        ...reads.map(
          ({ secretArn }) =>
            new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
        ),
        new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [log.logGroupArn] }),
        toKeyStatement(props.network, 'secretsmanager', ['kms:Decrypt', 'kms:GenerateDataKey']),
        toKeyStatement(props.network, 'lambda', ['kms:Decrypt']),
        ...statements,
        ...(props.isInVpc ? interfaceStatements : []),
      ],
    });
    return new Role(this, 'Role', {
      description: props.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [rights],
    });
  }
}

const toKeyStatement = ({ key }: NetworkStack, service: string, actions: string[]): PolicyStatement =>
  new PolicyStatement({
    actions,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
  });
