// Templates as small as a rule needs them: shared by the tests of what is refused.
import { cloneEnvFile } from '../../../lib/config/names';
import { type Resource, type Template, TemplateView } from '../../../lib/refusals/template-view';

/** By stack name. */
export type Stacks = Readonly<Record<string, Template>>;

/** What it is about, the templates, and a line per finding: `LogicalId: sentence`. */
export type Case = readonly [about: string, stacks: Stacks, ...told: string[]];

/** By name of the rule. */
export type Cases = Readonly<Record<string, readonly Case[]>>;

export const toView = (stacks: Stacks): TemplateView =>
  new TemplateView(
    Object.entries(stacks).map(([name, template]) => ({
      name,
      constructPath: name,
      templatePath: `${name}.template.json`,
      account: undefined,
      region: 'eu-central-1',
      template,
    })),
  );

type Properties = Record<string, unknown>;

export const ref = (logicalId: string): object => ({ Ref: logicalId });

/** One stack, called Test. */
export const stackOf = (Resources: Record<string, Resource>, rest: Omit<Template, 'Resources'> = {}): Stacks => ({
  Test: { Resources, ...rest },
});

/** A group of resources of one type, by the properties of each. */
const ofType =
  (Type: string) =>
  (Properties: Properties = {}, rest: Omit<Resource, 'Type' | 'Properties'> = {}): Resource => ({
    Type,
    Properties,
    ...rest,
  });

export const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

export const targetGroup = ofType('AWS::ElasticLoadBalancingV2::TargetGroup');
export const loadBalancer = ofType('AWS::ElasticLoadBalancingV2::LoadBalancer');
export const listener = ofType('AWS::ElasticLoadBalancingV2::Listener');
export const listenerRule = ofType('AWS::ElasticLoadBalancingV2::ListenerRule');
export const group = ofType('AWS::AutoScaling::AutoScalingGroup');
export const launchTemplate = (LaunchTemplateData: Properties): Resource =>
  ofType('AWS::EC2::LaunchTemplate')({ LaunchTemplateData });
export const subnet = (CidrBlock: unknown): Resource => ofType('AWS::EC2::Subnet')({ CidrBlock });
export const instance = ofType('AWS::RDS::DBInstance');
export const databaseParameters = (Parameters: unknown): Resource =>
  ofType('AWS::RDS::DBParameterGroup')({ Parameters });
export const cache = ofType('AWS::ElastiCache::ReplicationGroup');
export const cacheCluster = ofType('AWS::ElastiCache::CacheCluster');
export const cacheParameters = (Properties: unknown): Resource =>
  ofType('AWS::ElastiCache::ParameterGroup')({ Properties });
export const anything = (type: string, properties: Properties = {}, rest = {}): Resource =>
  ofType(type)(properties, rest);

/** `{Key, Value}` pairs, as load balancers and tags have them. */
export const pairs = (values: Record<string, unknown>): object[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

/** User data as `toUserData` makes it: literals and expressions, joined. */
export const userData = (variables: Record<string, unknown>): object => {
  const parts = Object.entries(variables).flatMap(([name, value]) => [`${name}=`, value, '\\n']);
  const head = `## template: jinja\n#cloud-config\n{"write_files":[{"path":"${cloneEnvFile}","permissions":"0644","content":"`;
  return { 'Fn::Base64': { 'Fn::Join': ['', [head, ...parts, '"}]}']] } };
};

export const refresh = (preferences?: Properties): Resource['UpdatePolicy'] => ({
  AutoScalingInstanceRefresh: { Strategy: 'Rolling', Preferences: preferences },
});

/** A group of 2 to 4 clones behind a load balancer, with everything they need; `change` is laid over the group's. */
export const fleet = ({
  variables = {},
  targetGroupAttributes = {},
  loadBalancerAttributes = {},
  data = {},
  properties = {},
  UpdatePolicy = refresh({ MinHealthyPercentage: 100, MaxHealthyPercentage: 150 }),
}: {
  variables?: Record<string, unknown>;
  targetGroupAttributes?: Record<string, unknown>;
  loadBalancerAttributes?: Record<string, unknown>;
  data?: Properties;
  properties?: Properties;
  UpdatePolicy?: unknown;
} = {}): Record<string, Resource> => ({
  Balancer: loadBalancer({ LoadBalancerAttributes: pairs(loadBalancerAttributes) }),
  Listener: listener({ LoadBalancerArn: ref('Balancer'), DefaultActions: [{ TargetGroupArn: ref('Targets') }] }),
  Targets: targetGroup({ TargetGroupAttributes: pairs(targetGroupAttributes) }),
  Template: launchTemplate({ UserData: userData(variables), ...data }),
  Group: group(
    {
      MinSize: '2',
      MaxSize: '4',
      HealthCheckType: 'ELB',
      LaunchTemplate: {
        LaunchTemplateId: ref('Template'),
        Version: { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] },
      },
      TargetGroupARNs: [ref('Targets')],
      ...properties,
    },
    { UpdatePolicy },
  ),
});
