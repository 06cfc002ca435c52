// What a linter says and we do not follow: one rule at one kind of place, with the reason. One that covers nothing fails.
import type { StackPart, StageName } from '../../lib/config/names';
import type { Finding, Tool } from './linters';

export interface Exception {
  readonly tool: Tool;
  readonly rule: string;
  /** @default - every stage: what a stage alone refuses is named with it */
  readonly stages?: readonly StageName[];
  readonly part: StackPart;
  /** Of `type logicalId`, from its start. */
  readonly about: RegExp;
  readonly reason: string;
}

const madeByCdk =
  "a Lambda function that CDK makes for its own use at deploy time, in seconds, outside of people's way";

export const exceptions: readonly Exception[] = [
  {
    tool: 'cfn-lint',
    rule: 'W3005',
    part: 'fleet',
    about: /^AWS::AutoScaling::ScalingPolicy \w*ClonesGroup/,
    reason: 'CDK adds the dependency on the listener itself; saying it twice harms nothing',
  },
  {
    tool: 'cfn-lint',
    rule: 'W3005',
    part: 'network',
    about: /^AWS::Lambda::Function CustomVpcRestrictDefaultSG/,
    reason: 'CDK adds the dependency on the role itself; saying it twice harms nothing',
  },
  {
    tool: 'cfn-lint',
    rule: 'W3005',
    part: 'data',
    about: /^AWS::(Lambda::(Function|Permission)|SecretsManager::RotationSchedule|IAM::(Role|ManagedPolicy)) Rotations/,
    reason: 'a dependency between constructs is one between all of their resources; saying it twice harms nothing',
  },
  {
    tool: 'cfn-lint',
    rule: 'E3002',
    part: 'image',
    about: /^AWS::ImageBuilder::Image(Pipeline)? /,
    reason:
      'the kind of scan and its condition are in the schema that CDK was made of, and newer than that of cfn-lint',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_111',
    part: 'image',
    about: /^AWS::IAM::ManagedPolicy ImageBakerRights/,
    reason: 'the machine that bakes tells Systems Manager of itself by its id, which is not known before it starts',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_18',
    part: 'network',
    about: /^AWS::S3::Bucket LogsAccess/,
    reason: 'it is where access logs go: a log of its own would grow by being written',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_16',
    part: 'data',
    about: /^AWS::RDS::DBInstance DatabaseReplicas/,
    reason: 'a replica is encrypted because its primary is; CloudFormation refuses to be told so again',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_157',
    part: 'data',
    about: /^AWS::RDS::DBInstance DatabaseReplicas/,
    reason: 'a lost replica is made anew, and reads go to the others meanwhile: a standby of it would wait for nothing',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_157',
    stages: ['dev', 'small'],
    part: 'data',
    about: /^AWS::RDS::DBInstance DatabasePrimary/,
    reason: 'refused in the config of the stage, with the reason written there',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_161',
    part: 'data',
    about: /^AWS::RDS::DBInstance Database/,
    reason:
      'every user of it has a password that is replaced each month; a login by IAM would be one more door to watch',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_111',
    part: 'data',
    about: /^AWS::IAM::ManagedPolicy Rotations(First|App)User/,
    reason: 'Lambda makes network interfaces, which have no id before; the code of the function is denied all of it',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_111',
    part: 'fleet',
    about: /^AWS::IAM::ManagedPolicy FleetCloneRights/,
    reason: 'a clone tells Session Manager of itself by its id, which is not known before it starts',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_115',
    part: 'data',
    about: /^AWS::Lambda::Function Rotations/,
    reason: 'a secret is rotated by one run at a time; a new account has too few runs for any to be set aside',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_116',
    part: 'data',
    about: /^AWS::Lambda::Function Rotations/,
    reason: 'Secrets Manager waits for the answer and tries again; such a queue gets only what nobody waits for',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_117',
    part: 'data',
    about: /^AWS::Lambda::Function RotationsCacheUser/,
    reason: 'it calls nothing in the network, only the API of ElastiCache; from inside that would cost an endpoint',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_260',
    part: 'network',
    about: /^AWS::EC2::SecurityGroup FirewallLoadBalancer/,
    reason: 'people reach a public load balancer at port 80, where https is on only to be redirected',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_2',
    stages: ['dev'],
    part: 'fleet',
    about: /^AWS::ElasticLoadBalancingV2::Listener \w*FrontLoadBalancerHttp/,
    reason: 'https is refused in the config of dev, with the reason written there',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_103',
    stages: ['dev'],
    part: 'fleet',
    about: /^AWS::ElasticLoadBalancingV2::Listener \w*FrontLoadBalancerHttp/,
    reason: 'https is refused in the config of dev, with the reason written there',
  },
  ...['CKV_AWS_115', 'CKV_AWS_116', 'CKV_AWS_117'].map(
    (rule): Exception => ({
      tool: 'checkov',
      rule,
      part: 'network',
      about: /^AWS::Lambda::Function CustomVpcRestrictDefaultSG/,
      reason: madeByCdk,
    }),
  ),
];

export const covers = (exception: Exception, { tool, rule, stage, part, about }: Finding): boolean =>
  exception.tool === tool &&
  exception.rule === rule &&
  exception.part === part &&
  (exception.stages?.includes(stage) ?? true) &&
  exception.about.test(about);
