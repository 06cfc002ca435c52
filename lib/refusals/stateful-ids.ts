// Logical ids of what people would miss: renaming or moving one makes CloudFormation start again with an empty one.
import type { Resource, Template } from './template-view';

/** Stack → logical id → type. */
export type StatefulIds = Readonly<Record<string, Readonly<Record<string, string>>>>;

const always = (): boolean => true;

/** What holds data, opens it, or is an address that others know. A replica is none of these: it can be made again. */
const isStateful: Readonly<Record<string, (resource: Resource) => boolean>> = {
  'AWS::DynamoDB::Table': always,
  'AWS::EC2::VPC': always,
  'AWS::EFS::FileSystem': always,
  'AWS::ElastiCache::ReplicationGroup': always,
  'AWS::ElastiCache::ServerlessCache': always,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': always,
  'AWS::KMS::Key': always,
  'AWS::RDS::DBCluster': always,
  'AWS::RDS::DBInstance': ({ Properties }) =>
    Properties?.SourceDBInstanceIdentifier === undefined && Properties?.DBClusterIdentifier === undefined,
  'AWS::S3::Bucket': ({ DeletionPolicy }) => String(DeletionPolicy).startsWith('Retain'),
  'AWS::SecretsManager::Secret': always,
};

const byName = <T>(entries: [string, T][]): Record<string, T> =>
  Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));

/** The stateful resources of each template, by stack name, in the order of names; stacks without any too. */
export const toStatefulIds = (templates: Readonly<Record<string, Template>>): StatefulIds =>
  byName(
    Object.entries(templates).map(([stack, { Resources = {} }]) => [
      stack,
      byName(
        Object.entries(Resources)
          .filter(([, resource]) => isStateful[resource.Type]?.(resource))
          .map(([logicalId, { Type }]) => [logicalId, Type]),
      ),
    ]),
  );
