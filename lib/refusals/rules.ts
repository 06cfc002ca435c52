// Everything that is refused, by name: one file each.
import type { Refusal } from './refusal';
import { authToken } from './rules/auth-token';
import { cacheWithoutRetain } from './rules/cache-without-retain';
import { databaseWithoutRetain } from './rules/database-without-retain';
import { desiredCapacity } from './rules/desired-capacity';
import { durabilityWithoutClusterMode } from './rules/durability-without-cluster-mode';
import { evictingSessions } from './rules/evicting-sessions';
import { failoverWithoutReplica } from './rules/failover-without-replica';
import { generatedSecretWithoutRetain } from './rules/generated-secret-without-retain';
import { healthCheckAsksDatabase } from './rules/health-check-asks-database';
import { healthCheckTimeoutAboveInterval } from './rules/health-check-timeout-above-interval';
import { imageResolvedAtLaunch } from './rules/image-resolved-at-launch';
import { keepAliveBelowIdleTimeout } from './rules/keep-alive-below-idle-timeout';
import { latestTemplateVersion } from './rules/latest-template-version';
import { launchConfiguration } from './rules/launch-configuration';
import { loadBalancerInOneZone } from './rules/load-balancer-in-one-zone';
import { machineHealthOnly } from './rules/machine-health-only';
import { managedPasswordWithBlueGreen } from './rules/managed-password-with-blue-green';
import { managedPasswordWithReplicas } from './rules/managed-password-with-replicas';
import { multiAzWithoutFailover } from './rules/multi-az-without-failover';
import { noHeadroom } from './rules/no-headroom';
import { readOnlyProxyEndpointOnInstance } from './rules/read-only-proxy-endpoint-on-instance';
import { replaceRootVolume } from './rules/replace-root-volume';
import { replicaWithoutBackups } from './rules/replica-without-backups';
import { reshardingReplacesCache } from './rules/resharding-replaces-cache';
import { sessionsInMemcached } from './rules/sessions-in-memcached';
import { signalsWithInstanceRefresh } from './rules/signals-with-instance-refresh';
import { slowStartWithLeastOutstandingRequests } from './rules/slow-start-with-least-outstanding-requests';
import { stickyTargetGroup } from './rules/sticky-target-group';
import { stopBeforeDeregistration } from './rules/stop-before-deregistration';
import { storageThatCannotGrow } from './rules/storage-that-cannot-grow';
import { surgeAboveMaxConnections } from './rules/surge-above-max-connections';
import { surgeAboveSubnetAddresses } from './rules/surge-above-subnet-addresses';
import { targetGroupOfTwoLoadBalancers } from './rules/target-group-of-two-load-balancers';
import { twoUpdatePolicies } from './rules/two-update-policies';
import { unencryptedDatabase } from './rules/unencrypted-database';
import { valkeyWithoutTls } from './rules/valkey-without-tls';

export const refusals: readonly Refusal[] = [
  authToken,
  cacheWithoutRetain,
  databaseWithoutRetain,
  desiredCapacity,
  durabilityWithoutClusterMode,
  evictingSessions,
  failoverWithoutReplica,
  generatedSecretWithoutRetain,
  healthCheckAsksDatabase,
  healthCheckTimeoutAboveInterval,
  imageResolvedAtLaunch,
  keepAliveBelowIdleTimeout,
  latestTemplateVersion,
  launchConfiguration,
  loadBalancerInOneZone,
  machineHealthOnly,
  managedPasswordWithBlueGreen,
  managedPasswordWithReplicas,
  multiAzWithoutFailover,
  noHeadroom,
  readOnlyProxyEndpointOnInstance,
  replaceRootVolume,
  replicaWithoutBackups,
  reshardingReplacesCache,
  sessionsInMemcached,
  signalsWithInstanceRefresh,
  slowStartWithLeastOutstandingRequests,
  stickyTargetGroup,
  stopBeforeDeregistration,
  storageThatCannotGrow,
  surgeAboveMaxConnections,
  surgeAboveSubnetAddresses,
  targetGroupOfTwoLoadBalancers,
  twoUpdatePolicies,
  unencryptedDatabase,
  valkeyWithoutTls,
];
