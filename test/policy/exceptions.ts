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
    about: /^AWS::(Lambda::(Function|Permission)|SecretsManager::RotationSchedule|IAM::Role) \w+Rotation/,
    reason: 'a dependency between constructs is one between all of their resources; saying it twice harms nothing',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_18',
    part: 'network',
    about: /^AWS::S3::Bucket LogsBucket/,
    reason: 'it is where access logs go: a log of its own would grow by being written',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_16',
    part: 'data',
    about: /^AWS::RDS::DBInstance DatabaseReplica\d/,
    reason: 'a replica is encrypted because its primary is; CloudFormation refuses to be told so again',
  },
  {
    tool: 'checkov',
    rule: 'CKV_AWS_157',
    part: 'data',
    about: /^AWS::RDS::DBInstance DatabaseReplica\d/,
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
