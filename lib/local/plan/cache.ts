// One cache, whatever it is made of, as the template declares it: what every engine has, and one file for each kind.
import { cacheNodeTypes } from '../../config/node-types';
import { OperatorError } from '../../config/operator-error';
import type { CacheFacts, DeclaredCaches, ToCachePlan } from './caches/cache-facts';
import { type MemcachedPlan, toMemcached } from './caches/memcached';
import { type CacheUser, toValkey, type ValkeyPlan } from './caches/valkey';

export type { CacheUser, MemcachedPlan, ValkeyPlan };

export type CachePlan = ValkeyPlan | MemcachedPlan;

/** By type of the resource. */
const kinds: Readonly<Record<string, ToCachePlan<CachePlan>>> = {
  'AWS::ElastiCache::ReplicationGroup': toValkey,
  'AWS::ElastiCache::CacheCluster': toMemcached,
};

/** Types of the resources that are caches. */
export const cacheTypes = Object.keys(kinds);

/** ElastiCache's names of the nodes: of the one that is the primary at first, then of its replicas. */
export const memberIdsOf = (plan: CachePlan): string[] => {
  if (!('mode' in plan)) return [plan.id];
  const first = { single: `${plan.id}-`, cluster: `${plan.id}-0001-` }[plan.mode];
  return Array.from({ length: 1 + plan.replicas }, (_, index) => `${first}${String(index + 1).padStart(3, '0')}`);
};

export function toCache(purpose: CacheFacts['purpose'], id: string, declared: DeclaredCaches): CachePlan {
  const cache = declared.caches.get(id);
  const toPlan = cache && kinds[cache.type];
  if (!cache || !toPlan) throw new OperatorError(`templates: the output for ${purpose} must name a cache, got: ${id}`);
  const parameterGroup = declared.parameterGroups.get(cache.text('CacheParameterGroupName'));
  const nodeType = cache.text('CacheNodeType');
  const memory = cacheNodeTypes[nodeType];
  if (!memory)
    throw new OperatorError(
      `${cache.stack}: ${cache.logicalId} has a node type without a known memory, got: ${nodeType}`,
    );
  const facts = {
    purpose,
    key: cache.key,
    id,
    engine: cache.text('Engine'),
    engineVersion: cache.text('EngineVersion'),
    nodeType,
    tls: cache.find('TransitEncryptionEnabled') === true,
    parameterGroup: parameterGroup?.physicalId ?? cache.text('CacheParameterGroupName'),
    parameters: (parameterGroup?.find('Properties') ?? {}) as Record<string, string>,
  };
  return toPlan(facts, memory.maxMemoryBytes, cache, declared);
}
