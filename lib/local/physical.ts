// The names that AWS would give to what a template declares: ids, ARNs and attributes, the same at every start.
import { createHash } from 'node:crypto';
import type { Resource } from './template';

/** The account of every local fleet. */
export const account = '000000000000';

/** Where something listens on this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Hex digits that are always the same for the same text. */
export const toHex = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);

interface Subject {
  readonly stack: string;
  readonly logicalId: string;
  readonly resource: Resource;
  readonly region: string;
}

const toArn = ({ region }: Subject, service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
const given = ({ resource }: Subject, property: string): string | undefined => {
  const value = resource.Properties?.[property];
  return typeof value === 'string' ? value : undefined;
};
const nameOf = ({ stack, logicalId }: Subject) => `${stack}-${logicalId}`.toLowerCase();
/** ELB names are at most 32 characters. */
const shortNameOf = (subject: Subject) => `${subject.stack.slice(0, 22)}-${toHex(nameOf(subject), 8)}`;

/** What `Ref` gives, by type; a type without a row has a name made of its stack and logical id. */
const refs: Record<string, (subject: Subject) => string> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (s) =>
    toArn(s, 'elasticloadbalancing', `loadbalancer/app/${given(s, 'Name') ?? shortNameOf(s)}/${toHex(nameOf(s), 16)}`),
  'AWS::ElasticLoadBalancingV2::TargetGroup': (s) =>
    toArn(s, 'elasticloadbalancing', `targetgroup/${given(s, 'Name') ?? shortNameOf(s)}/${toHex(nameOf(s), 16)}`),
  // It begins with the name and id of its load balancer: templates take these out of it, for the dimensions of metrics.
  'AWS::ElasticLoadBalancingV2::Listener': (s) => {
    const { Ref } = (s.resource.Properties?.LoadBalancerArn ?? {}) as { Ref?: string };
    const balancer = { ...s, logicalId: Ref ?? s.logicalId };
    const name = `listener/app/${shortNameOf(balancer)}/${toHex(nameOf(balancer), 16)}`;
    return toArn(s, 'elasticloadbalancing', `${name}/${toHex(nameOf(s), 16)}`);
  },
  'AWS::AutoScaling::AutoScalingGroup': (s) => given(s, 'AutoScalingGroupName') ?? nameOf(s),
  'AWS::EC2::LaunchTemplate': (s) => `lt-${toHex(nameOf(s), 17)}`,
  'AWS::RDS::DBInstance': (s) => (given(s, 'DBInstanceIdentifier') ?? nameOf(s)).slice(0, 63),
  'AWS::ElastiCache::ReplicationGroup': (s) => given(s, 'ReplicationGroupId') ?? nameOf(s).slice(0, 40),
  'AWS::ElastiCache::CacheCluster': (s) => given(s, 'ClusterName') ?? nameOf(s).slice(0, 50),
  'AWS::ElastiCache::ParameterGroup': (s) => nameOf(s),
  'AWS::S3::Bucket': (s) => given(s, 'BucketName') ?? nameOf(s).slice(0, 63),
  'AWS::Lambda::Function': (s) => given(s, 'FunctionName') ?? nameOf(s).slice(0, 64),
  'AWS::CloudWatch::Alarm': (s) => given(s, 'AlarmName') ?? nameOf(s),
  'AWS::SNS::Topic': (s) => toArn(s, 'sns', given(s, 'TopicName') ?? nameOf(s)),
  'AWS::SecretsManager::Secret': (s) =>
    toArn(s, 'secretsmanager', `secret:${given(s, 'Name') ?? nameOf(s)}-${toHex(nameOf(s), 6)}`),
};

/** The physical id of a resource. */
export const toPhysicalId = (subject: Subject): string => (refs[subject.resource.Type] ?? nameOf)(subject);

type Attributes = (subject: Subject, id: string, address: Address | undefined) => Record<string, string | undefined>;

/** What `Fn::GetAtt` gives, by type. Addresses are those of the processes on this machine. */
const attributes: Record<string, Attributes> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (_, id, address) => ({
    DNSName: address && `${address.host}:${address.port}`,
    LoadBalancerFullName: id.split('loadbalancer/')[1],
    LoadBalancerName: id.split('/')[2],
    LoadBalancerArn: id,
    CanonicalHostedZoneID: 'Z0000000000000',
  }),
  'AWS::ElasticLoadBalancingV2::TargetGroup': (_, id) => ({
    TargetGroupFullName: id.slice(id.indexOf('targetgroup/')),
    TargetGroupName: id.split('/')[1],
    TargetGroupArn: id,
  }),
  'AWS::ElasticLoadBalancingV2::Listener': (_, id) => ({ ListenerArn: id }),
  'AWS::EC2::LaunchTemplate': (_, id) => ({
    LatestVersionNumber: '1',
    DefaultVersionNumber: '1',
    LaunchTemplateId: id,
  }),
  // Baked for nobody here: a name that looks like one.
  'AWS::ImageBuilder::Image': (s) => ({ ImageId: `ami-${toHex(nameOf(s), 17)}` }),
  'AWS::RDS::DBInstance': (s, id, address) => ({
    'Endpoint.Address': address?.host,
    'Endpoint.Port': address && String(address.port),
    DBInstanceArn: toArn(s, 'rds', `db:${id}`),
  }),
  'AWS::CloudWatch::Alarm': (s, id) => ({ Arn: toArn(s, 'cloudwatch', `alarm:${id}`) }),
  'AWS::Lambda::Function': (s, id) => ({ Arn: toArn(s, 'lambda', `function:${id}`) }),
  'AWS::ElastiCache::CacheCluster': (_, __, address) => ({
    'ConfigurationEndpoint.Address': address?.host,
    'ConfigurationEndpoint.Port': address && String(address.port),
  }),
  // A group has the one or the other: to ask for the wrong one fails on AWS, too.
  'AWS::ElastiCache::ReplicationGroup': (s, _, address) => {
    const endPoint = given(s, 'ClusterMode') === 'enabled' ? 'ConfigurationEndPoint' : 'PrimaryEndPoint';
    return { [`${endPoint}.Address`]: address?.host, [`${endPoint}.Port`]: address && String(address.port) };
  },
};

/**
 * An attribute of a resource. Of types that nothing runs for on this machine (networks, roles, buckets) it is a name
 * like any other; of the others it is undefined when nobody here knows it.
 */
export function findAttribute(subject: Subject, attribute: string, address: Address | undefined): string | undefined {
  const id = toPhysicalId(subject);
  const known = attributes[subject.resource.Type];
  if (known) return known(subject, id, address)[attribute];
  if (attribute === 'Arn' || attribute.endsWith('Arn')) return toArn(subject, 'clonekit', id);
  return `${id}-${attribute.toLowerCase()}`;
}
