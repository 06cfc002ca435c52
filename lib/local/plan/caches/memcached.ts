// A cache cluster: one node of Memcached.
import { OperatorError } from '../../../config/operator-error';
import type { CacheFacts, ToCachePlan } from './cache-facts';

export interface MemcachedPlan extends CacheFacts {
  readonly engine: 'memcached';
  /** It has one, and no parameter for it: what was used least recently goes. */
  readonly policy: 'lru';
  /** For objects alone. */
  readonly maxMemoryBytes: number;
  /** It knows no users. */
  readonly users: readonly [];
}

/** ElastiCache's default for a group that sets none. */
const defaultOverheadMiB = 100;

export const toMemcached: ToCachePlan<MemcachedPlan> = ({ engine, ...facts }, nodeBytes, cluster) => {
  const at = `${cluster.stack}: ${cluster.logicalId}`;
  if (engine !== 'memcached') throw new OperatorError(`${at}.Engine must be memcached, got: ${engine}`);
  const nodes = cluster.number('NumCacheNodes');
  if (nodes !== 1) throw new OperatorError(`${at}.NumCacheNodes must be 1 on this machine, got: ${nodes}`);
  const overheadMiB = Number(facts.parameters.memcached_connections_overhead ?? defaultOverheadMiB);
  return { ...facts, engine, policy: 'lru', maxMemoryBytes: nodeBytes - overheadMiB * 2 ** 20, users: [] };
};
