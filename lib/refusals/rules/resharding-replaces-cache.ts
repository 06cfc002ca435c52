// A cluster whose shards cannot be changed without losing it.
import { findClusterMode } from '../caches';
import type { Refusal } from '../refusal';

const path = 'UpdatePolicy.UseOnlineResharding';

export const reshardingReplacesCache: Refusal = {
  name: 'resharding-replaces-cache',
  prevents: 'changing the number of shards replaces the cache and loses what it holds',
  remedy: 'set cfnOptions.updatePolicy = { useOnlineResharding: true } on the replication group',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      .filter((cache) => findClusterMode(cache) === true && cache.isOff(path))
      .map((at) => ({ at, path, must: 'must be true for a cluster', got: at.at(path) })),
};
