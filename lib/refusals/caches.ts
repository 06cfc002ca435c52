// Of which kind a replication group is: one shard or a cluster of them, and how many copies each has.
import type { ResourceView } from './template-view';

const parameters = 'Properties.CacheParameterGroupName';

/** Whether it speaks the cluster protocol; undefined where the template does not say. */
export function findClusterMode(cache: ResourceView): boolean | undefined {
  if (cache.isSet('Properties.ClusterMode')) {
    const mode = cache.text('Properties.ClusterMode');
    return mode === undefined ? undefined : mode === 'enabled';
  }
  const [group] = cache.mentioned(parameters, 'AWS::ElastiCache::ParameterGroup');
  const enabled = 'Properties.Properties.cluster-enabled';
  if (group?.isSet(enabled)) return group.text(enabled) === undefined ? undefined : group.text(enabled) === 'yes';
  if (cache.isSet(parameters) && !group && cache.text(parameters) === undefined) return undefined;
  return (
    cache.text(parameters)?.endsWith('.cluster.on') === true ||
    cache.isSet('Properties.NumNodeGroups') ||
    cache.isSet('Properties.NodeGroupConfiguration')
  );
}

/** Fewest copies of a shard beside its primary; undefined where the template does not say. */
export function findReplicas(cache: ResourceView): number | undefined {
  if (cache.isSet('Properties.NumCacheClusters')) {
    const nodes = cache.number('Properties.NumCacheClusters');
    return nodes === undefined ? undefined : nodes - 1;
  }
  if (cache.isSet('Properties.ReplicasPerNodeGroup')) return cache.number('Properties.ReplicasPerNodeGroup');
  // Shards one by one, or an older way to count: not ours to guess.
  if (cache.isSet('Properties.NodeGroupConfiguration') || cache.isSet('Properties.PreferredCacheClusterAZs'))
    return undefined;
  return 0;
}
