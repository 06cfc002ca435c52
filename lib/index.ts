// What people import from clonekit: constructs to build with, stages to deploy whole, and what both are described by.
export { type Derived, derive } from './config/derived';
export {
  type CachePurpose,
  cloneEnv,
  cloneEnvFile,
  cloneHeader,
  clonePaths,
  readyHook,
  releaseFiles,
  type StackPart,
  type StageName,
  stackName,
  stackParts,
  stageNames,
  stopHook,
} from './config/names';
export { OperatorError } from './config/operator-error';
export { ports } from './config/ports';
export { ConfigError, type Problem } from './config/problem';
export { deriveReadiness, type Readiness } from './config/readiness';
export type { StageConfig } from './config/stage-config';
export { verifyConfig } from './config/verify-config';
export { AlarmTopic, type AlarmTopicProps } from './constructs/alarm-topic';
export { Alarms, type AlarmsProps } from './constructs/alarms';
export { ApiEndpoints, type ApiEndpointsProps } from './constructs/api-endpoints';
export { Cache, type CacheProps } from './constructs/cache';
export { type CacheFiguresProps, cacheFigures } from './constructs/cache-figures';
export { CacheUserRotation, type CacheUserRotationProps } from './constructs/cache-user-rotation';
export { CacheUsers, type CacheUsersProps } from './constructs/cache-users';
export { CloneGroup, type CloneGroupProps } from './constructs/clone-group';
export type { CloneMix } from './constructs/clone-mix';
export type { CloneRoll } from './constructs/clone-roll';
export type { CloneScaling } from './constructs/clone-scaling';
export { CloneTemplate, type CloneTemplateProps } from './constructs/clone-template';
export { Database, type DatabaseProps } from './constructs/database';
export { type DatabaseFiguresProps, databaseFigures } from './constructs/database-figures';
export type { DatabaseMonitoringProps } from './constructs/database-monitoring';
export type { DatabaseReplica } from './constructs/database-replicas';
export type { DatabaseServerProps } from './constructs/database-server';
export { DatabaseUserRotation, type DatabaseUserRotationProps } from './constructs/database-user-rotation';
export { type DatabaseUsersProps, privileges } from './constructs/database-users';
export { ExistingNetwork, type ExistingNetworkProps } from './constructs/existing-network';
export type { Figure } from './constructs/figure';
export { Firewall, type FirewallProps } from './constructs/firewall';
export { FleetDashboard, type FleetDashboardProps } from './constructs/fleet-dashboard';
export { type FleetFiguresProps, fleetFigures, rollFigures } from './constructs/fleet-figures';
export { FleetFirewall, type FleetFirewallProps, type FleetSecurityGroups } from './constructs/fleet-firewall';
export { ImagePipeline, type ImagePipelineProps } from './constructs/image-pipeline';
export { LogBucket, type LogBucketProps } from './constructs/log-bucket';
export { Memcached, type MemcachedProps } from './constructs/memcached';
export { type MemcachedFiguresProps, memcachedFigures } from './constructs/memcached-figures';
export { PasswordRotations, type PasswordRotationsProps } from './constructs/password-rotations';
export { Pictures, type PicturesProps } from './constructs/pictures';
export { type Https, PublicLoadBalancer, type PublicLoadBalancerProps } from './constructs/public-load-balancer';
export { rotationFigure } from './constructs/rotation-figure';
export type { RotationNetwork, RotationProps } from './constructs/secret-rotation';
export { ServerFleet } from './constructs/server-fleet';
export type { ServerFleetProps } from './constructs/server-fleet-props';
export { StageKey, type StageKeyProps } from './constructs/stage-key';
export { type StageNetwork, TieredVpc, type TieredVpcProps } from './constructs/tiered-vpc';
export { type ManagedGroup, WebFirewall, type WebFirewallProps } from './constructs/web-firewall';
export type { Finding, Refusal } from './refusals/refusal';
export { Refusals, type RefusalsProps } from './refusals/refusals';
export { refusals } from './refusals/rules';
export { writeStatefulIds } from './refusals/stateful-ids-file';
export type { ResourceView, StackTemplate, TemplateView } from './refusals/template-view';
export type { ReleaseAbout, ReleaseDescriptor } from './release/descriptor';
export { type PackAppOptions, type PackedRelease, packApp } from './release/pack-app';
export { DataStack, type DataStackProps } from './stacks/data-stack';
export { FleetStack, type FleetStackProps } from './stacks/fleet-stack';
export { ImageStack, type ImageStackProps } from './stacks/image-stack';
export { makeStacks, type StageStacks } from './stacks/make-stacks';
export { NetworkStack, type NetworkStackProps } from './stacks/network-stack';
