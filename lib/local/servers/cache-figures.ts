// Figures of CloudWatch of one node of Valkey or Redis, from what its `INFO` tells.
import type { ValkeyPlan } from '../plan/cache';

const toFigure =
  (field: string) =>
  (info: string): number | undefined => {
    const text = new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1];
    return text === undefined ? undefined : Number(text);
  };

/** By CloudWatch's name. */
export const figures: Readonly<Record<string, (info: string, plan: ValkeyPlan) => number | undefined>> = {
  BytesUsedForCache: toFigure('used_memory'),
  DatabaseMemoryUsagePercentage: (info, { maxMemoryBytes }) => {
    const used = toFigure('used_memory')(info);
    return used === undefined ? undefined : (100 * used) / maxMemoryBytes;
  },
  Evictions: toFigure('evicted_keys'),
  CurrConnections: toFigure('connected_clients'),
  CacheHits: toFigure('keyspace_hits'),
  CacheMisses: toFigure('keyspace_misses'),
  CurrItems: (info) => [...info.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, [, keys]) => sum + Number(keys), 0),
  IsMaster: (info) => (/^role:master/m.test(info) ? 1 : 0),
  ReplicationLag: (info) => (/^role:slave/m.test(info) ? toFigure('master_last_io_seconds_ago')(info) : undefined),
};
