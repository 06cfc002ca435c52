// A secret whose password is replaced from time to time: the function that does it, its rights, its log, its schedule.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Duration, RemovalPolicy, Stage } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { bundleFunction } from '../functions/bundle';

/** What every kind of user has in common. */
export interface RotationProps {
  /** JSON with `username` and `password`, the user's own. */
  readonly secret: ISecret;
  /**
   * How often the password is replaced: whole days, 1 to 1000. It is also replaced once when this is made, and whenever
   * this changes.
   * @default 30 days - a password that leaked is of use for a month at most, and what is done every month works
   * @see SecretsManager.1, SecretsManager.4
   */
  readonly every?: Duration;
  /**
   * Key of the function's log and of its environment. Its policy must let CloudWatch Logs use it.
   * @default - CloudWatch's and Lambda's own keys: no password is ever in either
   */
  readonly encryptionKey?: IKey;
  /**
   * How long the function's log is kept.
   * @default RetentionDays.ONE_YEAR - who changed a password, and when, is asked long after
   * @see CloudWatch.16
   */
  readonly logRetention?: RetentionDays;
  /**
   * Runs of the function kept free for it, taken from what the account may run at once.
   * @default - none: it never runs twice at once, and a new account has too few runs for any to be set aside
   */
  readonly reservedConcurrency?: number;
}

/** Where the function runs, for what is reached inside a network only. */
export interface RotationNetwork {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
  readonly securityGroup: ISecurityGroup;
}

export interface SecretRotationProps extends RotationProps {
  /** Name of a file of lib/functions, without its ending. */
  readonly program: string;
  readonly description: string;
  readonly environment: Record<string, string>;
  /** What the function may do besides replacing this secret's value. */
  readonly statements: PolicyStatement[];
  /** Other secrets that it reads. */
  readonly reads: ISecret[];
  readonly timeout: Duration;
  /**
   * Where it runs.
   * @default - in no network of ours: it reaches AWS's API and nothing else
   */
  readonly network?: RotationNetwork;
}

/** Lambda puts a network interface into the subnets with the function's own rights; AWS knows no narrower resource. */
const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Costs cents: a function that runs for seconds a month, and its log. */
export class SecretRotation extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: SecretRotationProps) {
    super(scope, id);
    const { secret, network, reads } = props;
    const log = new LogGroup(this, 'Log', {
      retention: props.logRetention ?? RetentionDays.ONE_YEAR,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const rights = new ManagedPolicy(this, 'Rights', {
      description: props.description,
      statements: [
        new PolicyStatement({
          actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          resources: [secret.secretArn],
        }),
        new PolicyStatement({
          actions: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
          resources: [secret.secretArn],
        }),
        ...reads.map(
          ({ secretArn }) =>
            new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
        ),
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [log.logGroupArn],
        }),
        ...toKeyStatements('secretsmanager', secret.encryptionKey, ['kms:Decrypt', 'kms:GenerateDataKey']),
        ...reads.flatMap((read) => toKeyStatements('secretsmanager', read.encryptionKey, ['kms:Decrypt'])),
        ...toKeyStatements('lambda', props.encryptionKey, ['kms:Decrypt']),
        ...props.statements,
        ...(network ? toInterfaceStatements() : []),
      ],
    });
    // The role names its rights, and not they the role: the function never runs without them.
    const role = new Role(this, 'Role', {
      description: props.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [rights],
    });

    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: toCode(this, props.program),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: 256,
      reservedConcurrentExecutions: props.reservedConcurrency,
      role,
      logGroup: log,
      environment: props.environment,
      environmentEncryption: props.encryptionKey,
      vpc: network?.vpc,
      vpcSubnets: network && { subnets: network.subnets },
      securityGroups: network && [network.securityGroup],
    });
    // For this secret and no other: Secrets Manager would call it for anybody's who names it.
    this.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: secret.secretArn,
    });
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: secret.secretArn,
      rotationLambdaArn: this.function.functionArn,
      rotationRules: { automaticallyAfterDays: (props.every ?? Duration.days(30)).toDays() },
      rotateImmediatelyOnUpdate: true,
    });
    // Refused unless the function may be called, and called at once.
    schedule.node.addDependency(this.function);
  }
}

/** Of use through one service only. The key's policy leaves it to the account's, as CDK's keys do. */
const toKeyStatements = (service: string, key: IKey | undefined, actions: string[]): PolicyStatement[] =>
  key
    ? [
        new PolicyStatement({
          actions,
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
        }),
      ]
    : [];

/**
 * Bundled here and not by `NodejsFunction`, which starts a shell and a package manager for each: that is most of a synth.
 * It is written beside the templates, from where CDK takes it.
 */
const toCode = (scope: Construct, program: string): Code => {
  const stage = Stage.of(scope);
  if (!stage) throw new Error(`${scope.node.path} must be in an app`);
  const folder = join(stage.outdir, 'functions', program);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), bundleFunction(program));
  return Code.fromAsset(folder);
};

/** Lambda makes the interfaces; the code that runs there has no business with any. */
const toInterfaceStatements = (): PolicyStatement[] => [
  new PolicyStatement({ actions: interfaceActions, resources: ['*'] }),
  new PolicyStatement({
    effect: Effect.DENY,
    actions: interfaceActions,
    resources: ['*'],
    conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
  }),
];
