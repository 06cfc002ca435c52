// The least each verb needs in AWS. A test holds this to the calls that the verbs make.
import { product, type StageName } from '../config/names';

/** What an action may be done to, where IAM can bound it by a name or a tag of the stage. */
interface Bound {
  readonly resources: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const outputs = ['cloudformation:DescribeStacks'] as const;
const lock = ['ssm:PutParameter', 'ssm:GetParameter', 'ssm:DeleteParameter'] as const;
const audit = ['logs:CreateLogStream', 'logs:PutLogEvents'] as const;
/** Of everything that changes something; who gives the command, STS tells everybody. */
const changes = [...outputs, ...lock, ...audit] as const;
const group = ['autoscaling:DescribeAutoScalingGroups'] as const;
const clones = [...group, 'elasticloadbalancing:DescribeTargetHealth', 'ec2:DescribeInstances'] as const;
const watch = ['autoscaling:DescribeInstanceRefreshes'] as const;
const figures = ['cloudwatch:GetMetricData'] as const;
const roll = [...group, ...watch, 'autoscaling:StartInstanceRefresh'] as const;
const run = ['ssm:SendCommand', 'ssm:GetCommandInvocation'] as const;
const instance = ['rds:DescribeDBInstances'] as const;
const cacheFailover = ['elasticache:DescribeReplicationGroups', 'elasticache:TestFailover', ...figures] as const;
const drill = [...changes, ...clones] as const;

/** Actions by verb. */
export const rights = {
  status: [
    ...[...outputs, ...clones, ...watch, ...figures, ...instance, 'cloudwatch:DescribeAlarms'],
    ...['elasticache:DescribeReplicationGroups', 'elasticache:DescribeCacheClusters'],
    'elasticache:DescribeCacheParameters',
  ],
  verify: [
    ...[...outputs, ...clones, ...instance, 'cloudformation:ListStackResources'],
    ...['elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeTargetGroups'],
    ...['elasticloadbalancing:DescribeTargetGroupAttributes', 'elasticache:DescribeReplicationGroups'],
    'elasticache:DescribeCacheClusters',
  ],
  'clone-check': [...outputs, ...group, 'ec2:DescribeInstances', ...run],
  preflight: [
    ...[...outputs, ...group, ...figures, ...instance, 'ssm:GetParameter', 'servicequotas:GetServiceQuota'],
    ...['ec2:DescribeInstanceTypes', 'ec2:DescribeSubnets', 'ec2:DescribeLaunchTemplateVersions'],
    ...['rds:DescribeDBParameters', 'acm:DescribeCertificate'],
  ],
  releases: [...outputs, 'ec2:DescribeImages'],
  logs: [...outputs, ...clones, 'logs:FilterLogEvents'],
  roll: [...changes, ...roll, 'ec2:DescribeImages'],
  rollback: [
    ...[...changes, ...group, ...watch, 'ec2:DescribeImages'],
    ...['autoscaling:RollbackInstanceRefresh', 'autoscaling:CancelInstanceRefresh'],
  ],
  scale: [
    ...[...changes, ...group, 'autoscaling:UpdateAutoScalingGroup', 'ec2:DescribeSubnets'],
    ...['ec2:DescribeLaunchTemplateVersions', ...instance, 'rds:DescribeDBParameters'],
  ],
  kill: [...changes, ...group, 'autoscaling:TerminateInstanceInAutoScalingGroup'],
  exec: [...changes, ...group, ...run, 'ssm:CancelCommand'],
  maintenance: [
    ...[...changes, 'elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeRules'],
    ...['elasticloadbalancing:CreateRule', 'elasticloadbalancing:DeleteRule'],
  ],
  'db lag': [...outputs, ...instance, ...figures],
  'db promote': [...changes, ...instance, ...figures, 'rds:PromoteReadReplica'],
  'db switchover': [
    ...[...changes, ...instance, ...figures, 'rds:DescribeBlueGreenDeployments'],
    ...['rds:DescribeDBParameters', 'rds:SwitchoverBlueGreenDeployment'],
  ],
  'db failover': [...changes, ...instance, 'rds:RebootDBInstance', 'rds:DescribeEvents'],
  'cache failover': [...changes, ...cacheFailover],
  'drill clone-kill': [...drill, 'ec2:TerminateInstances'],
  'drill clone-freeze': [...drill, ...run],
  'drill zone-loss': [...drill, 'ec2:TerminateInstances'],
  'drill cache-failover': [...changes, ...cacheFailover],
  'drill db-failover': [...changes, ...instance, 'rds:RebootDBInstance', 'rds:DescribeEvents'],
  'drill replica-lag': [...changes, ...instance, ...figures, 'rds:RebootDBInstance', 'rds:DescribeEvents'],
  'drill bad-release': [
    ...[...changes, ...roll, 'ec2:DescribeLaunchTemplateVersions', 'ec2:CreateLaunchTemplateVersion'],
    ...['ec2:DeleteLaunchTemplateVersions', 'autoscaling:RollbackInstanceRefresh'],
    'autoscaling:CancelInstanceRefresh',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type VerbWithRights = keyof typeof rights;

/** What AWS checks besides of whoever makes these calls, or what the CDK does for them. */
export const impliedRights: Readonly<Partial<Record<VerbWithRights, readonly string[]>>> = {
  rollback: ['sts:AssumeRole'],
  'db switchover': ['rds:ModifyDBInstance', 'rds:PromoteReadReplica'],
  'drill bad-release': ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
};

const release = ['ec2:CreateLaunchTemplateVersion', 'autoscaling:CreateOrUpdateTags'] as const;

/** On a fleet of one machine alone: on AWS another release is deployed, and whoever may change a template may run anything. */
export const rightsHere: Readonly<Partial<Record<VerbWithRights, readonly string[]>>> = {
  roll: release,
  rollback: [...release, 'autoscaling:StartInstanceRefresh'],
};

const everything: Bound = { resources: ['*'] };

const ofGroup = (stage: string): Bound => ({
  resources: [`arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/${product}-${stage}-fleet`],
});
const ofDatabase = (stage: string): Bound => ({ resources: [`arn:aws:rds:*:*:db:${product}-${stage}-*`] });
const toLockArn = (stage: string): string => `arn:aws:ssm:*:*:parameter/${product}/${stage}/lock`;
const ofLock = (stage: string): Bound => ({ resources: [toLockArn(stage)] });
const ofLog = (stage: string): Bound => ({ resources: [`arn:aws:logs:*:*:log-group:${product}-${stage}-fleet-*`] });
const ofClones = (stage: string): Bound => ({
  resources: ['arn:aws:ec2:*:*:instance/*'],
  condition: { StringEquals: { [`aws:ResourceTag/${product}:stage`]: stage } },
});

/** What reads knows no bounds, as a rule; what changes is bounded by the names and tags of the stage where they can be known. */
const bounds: Readonly<Record<string, (stage: string) => Bound>> = {
  'autoscaling:StartInstanceRefresh': ofGroup,
  'autoscaling:RollbackInstanceRefresh': ofGroup,
  'autoscaling:CancelInstanceRefresh': ofGroup,
  'autoscaling:UpdateAutoScalingGroup': ofGroup,
  'autoscaling:TerminateInstanceInAutoScalingGroup': ofGroup,
  'autoscaling:CreateOrUpdateTags': ofGroup,
  'ec2:TerminateInstances': ofClones,
  'ssm:PutParameter': ofLock,
  'ssm:GetParameter': (stage) => ({ resources: [toLockArn(stage), 'arn:aws:ssm:*:*:parameter/cdk-bootstrap/*'] }),
  'ssm:DeleteParameter': ofLock,
  'logs:CreateLogStream': ofLog,
  'logs:PutLogEvents': ofLog,
  'logs:FilterLogEvents': ofLog,
  'rds:PromoteReadReplica': ofDatabase,
  'rds:RebootDBInstance': ofDatabase,
  'cloudformation:DescribeStacks': (stage) => ({
    resources: [`arn:aws:cloudformation:*:*:stack/${product}-${stage}-*/*`],
  }),
  'cloudformation:ListStackResources': (stage) => ({
    resources: [`arn:aws:cloudformation:*:*:stack/${product}-${stage}-*/*`],
  }),
};

/** RDS takes no beginnings of names for what it does to both sides of a blue/green deployment. */
const impliedBounds: typeof bounds = {
  'sts:AssumeRole': () => ({ resources: ['arn:aws:iam::*:role/cdk-*'] }),
  'iam:PassRole': (stage) => ({
    resources: [`arn:aws:iam::*:role/${product}-${stage}-*`],
    condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  }),
};

/** A document and the machines that it runs on are two resources, and only those have tags. */
const toSendCommand = (stage: string): object[] => [
  { Effect: 'Allow', Action: ['ssm:SendCommand'], Resource: ['arn:aws:ssm:*:*:document/AWS-RunShellScript'] },
  {
    ...{ Effect: 'Allow', Action: ['ssm:SendCommand'], Resource: ['arn:aws:ec2:*:*:instance/*'] },
    Condition: { StringEquals: { [`ssm:resourceTag/${product}:stage`]: stage } },
  },
];

/** An IAM policy: what these verbs need on a stage, and no more. */
export function toPolicy(verbs: readonly VerbWithRights[], stage: StageName): object {
  const actions = [...new Set<string>(verbs.flatMap((verb) => rights[verb]))].sort();
  const implied = [...new Set<string>(verbs.flatMap((verb) => impliedRights[verb] ?? []))].sort();
  const statements = new Map<string, { bound: Bound; actions: string[] }>();
  const bounded = [
    ...actions.filter((one) => one !== 'ssm:SendCommand').map((action) => [action, bounds[action]] as const),
    ...implied.map((action) => [action, impliedBounds[action]] as const),
  ];
  for (const [action, toBound] of bounded) {
    const bound = toBound?.(stage) ?? everything;
    const key = JSON.stringify(bound);
    statements.set(key, { bound, actions: [...(statements.get(key)?.actions ?? []), action] });
  }
  return {
    Version: '2012-10-17',
    Statement: [
      ...[...statements.values()].map(({ bound, actions: Action }) => ({
        ...{ Effect: 'Allow', Action, Resource: bound.resources },
        ...(bound.condition ? { Condition: bound.condition } : {}),
      })),
      ...(actions.includes('ssm:SendCommand') ? toSendCommand(stage) : []),
    ],
  };
}
