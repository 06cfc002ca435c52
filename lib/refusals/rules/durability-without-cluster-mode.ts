// A cache that is to lose no write, without what ElastiCache needs for it.
import { findClusterMode, findReplicas } from '../caches';
import type { Refusal } from '../refusal';
import type { ResourceView } from '../template-view';

const path = 'Properties.Durability';

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Durability.Limitations.html */
const families = ['r7g', 'r6g', 'm7g', 'm6g', 'c7gn'];

const isBelow = (least: number, number: number | undefined): boolean => number !== undefined && number < least;

/** What it lacks, as far as the template tells. */
const listLacks = (cache: ResourceView): string[] => {
  const engine = cache.isSet('Properties.Engine') ? cache.text('Properties.Engine')?.toLowerCase() : 'none';
  const version = Number.parseInt(cache.text('Properties.EngineVersion') ?? '', 10);
  const [, family] = cache.text('Properties.CacheNodeType')?.split('.') ?? [];
  const lacks: Record<string, boolean> = {
    'engine valkey': engine !== undefined && engine !== 'valkey',
    'version 9 or later': isBelow(9, Number.isNaN(version) ? undefined : version),
    'cluster mode enabled': findClusterMode(cache) === false,
    'Multi-AZ': cache.isOff('Properties.MultiAZEnabled'),
    'a replica of every shard': isBelow(1, findReplicas(cache)),
    TLS: cache.isOff('Properties.TransitEncryptionEnabled'),
    [`a node of ${families.join(', ')}`]: family !== undefined && !families.includes(family),
  };
  return Object.keys(lacks).filter((name) => lacks[name]);
};

export const durabilityWithoutClusterMode: Refusal = {
  name: 'durability-without-cluster-mode',
  prevents: 'ElastiCache refuses the replication group',
  remedy: 'give it what it lacks, or leave durability out and say that a failover may lose the last writes',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      .filter((cache) => ['sync', 'async'].includes(cache.text(path) ?? ''))
      .map((at) => ({ at, lacks: listLacks(at) }))
      .filter(({ lacks }) => lacks.length > 0)
      .map(({ at, lacks }) => ({ at, path, must: `must come with ${lacks.join(' and ')}`, got: at.at(path) })),
};
