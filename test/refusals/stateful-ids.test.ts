// Which resources people would miss, of all that a template holds.
import { toStatefulIds } from '../../lib/refusals/stateful-ids';

test.each([
  ['a database', { Type: 'AWS::RDS::DBInstance' }, true],
  [
    'a replica, which can be made again',
    { Type: 'AWS::RDS::DBInstance', Properties: { SourceDBInstanceIdentifier: 'a' } },
    false,
  ],
  ['a member of a cluster', { Type: 'AWS::RDS::DBInstance', Properties: { DBClusterIdentifier: 'a' } }, false],
  ['a cluster', { Type: 'AWS::RDS::DBCluster' }, true],
  ['a cache', { Type: 'AWS::ElastiCache::ReplicationGroup' }, true],
  ['a secret', { Type: 'AWS::SecretsManager::Secret' }, true],
  ['a key', { Type: 'AWS::KMS::Key' }, true],
  ['a bucket that is kept', { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' }, true],
  ['a bucket that may go', { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Delete' }, false],
  ['a bucket that says nothing', { Type: 'AWS::S3::Bucket' }, false],
  ['the load balancer, whose name people know', { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer' }, true],
  ['the network', { Type: 'AWS::EC2::VPC' }, true],
  ['a group of clones', { Type: 'AWS::AutoScaling::AutoScalingGroup' }, false],
])('%s: locked or not', (_, resource, isLocked) => {
  expect(toStatefulIds({ Stack: { Resources: { It: resource } } })).toEqual({
    Stack: isLocked ? { It: resource.Type } : {},
  });
});

test('stacks and ids are in the order of their names, so that the file changes only where they do', () => {
  const Type = 'AWS::KMS::Key';
  const ids = toStatefulIds({ B: { Resources: { Y: { Type }, X: { Type } } }, A: {} });
  expect(JSON.stringify(ids)).toBe(`{"A":{},"B":{"X":"${Type}","Y":"${Type}"}}`);
});
