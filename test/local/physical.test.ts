// What AWS would call what a template declares.
import { findAttribute, toPhysicalId } from '../../lib/local/physical';

const subject = (Type: string, Properties: Record<string, unknown> = {}) => ({
  stack: 'clonekit-dev-data',
  logicalId: 'Thing',
  region: 'eu-central-1',
  resource: { Type, Properties },
});

test.each([
  ['AWS::RDS::DBInstance', 'DBInstanceIdentifier', 'clonekit-dev-primary'],
  ['AWS::ElastiCache::ReplicationGroup', 'ReplicationGroupId', 'clonekit-dev-sessions'],
  ['AWS::ElastiCache::CacheCluster', 'ClusterName', 'clonekit-dev-objects'],
  ['AWS::AutoScaling::AutoScalingGroup', 'AutoScalingGroupName', 'clonekit-dev-fleet'],
  ['AWS::Lambda::Function', 'FunctionName', 'clonekit-dev-rotation'],
])('%s has the name that its template gives it, or one of its own', (type, property, name) => {
  expect(toPhysicalId(subject(type, { [property]: name }))).toBe(name);
  expect(toPhysicalId(subject(type))).toBe('clonekit-dev-data-thing');
});

test.each([
  ['AWS::S3::Bucket', 'RegionalDomainName'],
  ['AWS::WAFv2::WebACL', 'Capacity'],
  ['AWS::EC2::VPC', 'CidrBlock'],
])('of %s, which nothing runs for here, %s is a name like any other', (type, attribute) => {
  expect(findAttribute(subject(type), attribute, undefined)).toBe(`clonekit-dev-data-thing-${attribute.toLowerCase()}`);
});

test.each([
  [{}, 'PrimaryEndPoint', 'ConfigurationEndPoint'],
  [{ ClusterMode: 'enabled' }, 'ConfigurationEndPoint', 'PrimaryEndPoint'],
])('a cache with %j is reached at its %s, and has no %s', (properties, present, absent) => {
  const find = (attribute: string) =>
    findAttribute(subject('AWS::ElastiCache::ReplicationGroup', properties), attribute, { host: '127.0.0.1', port: 7 });
  expect([find(`${present}.Address`), find(`${present}.Port`)]).toEqual(['127.0.0.1', '7']);
  expect([find(`${absent}.Address`), find(`${absent}.Port`)]).toEqual([undefined, undefined]);
});

test('a cluster of one node is reached at the endpoint that would tell of others', () => {
  const find = (attribute: string) =>
    findAttribute(subject('AWS::ElastiCache::CacheCluster'), attribute, { host: '127.0.0.1', port: 7 });
  expect([find('ConfigurationEndpoint.Address'), find('ConfigurationEndpoint.Port')]).toEqual(['127.0.0.1', '7']);
  expect(find('RedisEndpoint.Address')).toBeUndefined();
});

test('what only a running part could have is not made up', () => {
  expect(findAttribute(subject('AWS::RDS::DBInstance'), 'Endpoint.Address', undefined)).toBeUndefined();
  expect(findAttribute(subject('AWS::RDS::DBInstance'), 'Nonsense', undefined)).toBeUndefined();
});

test('the ARN of a listener holds that of its load balancer, which metrics are named by', () => {
  const balancer = toPhysicalId(subject('AWS::ElasticLoadBalancingV2::LoadBalancer'));
  const listener = toPhysicalId({
    ...subject('AWS::ElasticLoadBalancingV2::Listener', { LoadBalancerArn: { Ref: 'Thing' } }),
    logicalId: 'Http',
  });
  expect(listener.replace(':listener/', ':loadbalancer/')).toMatch(new RegExp(`^${balancer}/[0-9a-f]{16}$`));
});
