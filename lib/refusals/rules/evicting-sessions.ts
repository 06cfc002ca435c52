// A cache of sessions that throws out people who are logged in, to make room.
import { tags } from '../../config/names';
import type { Refusal } from '../refusal';
import type { ResourceView } from '../template-view';

const path = 'Properties.CacheParameterGroupName';
const policy = 'Properties.Properties.maxmemory-policy';

/** `undefined` where the template does not say. */
const findPolicy = (cache: ResourceView): unknown => {
  const [parameters] = cache.mentioned(path, 'AWS::ElastiCache::ParameterGroup');
  if (parameters) return parameters.isSet(policy) ? parameters.text(policy) : 'volatile-lru';
  // ElastiCache's own groups all evict.
  return cache.isSet(path) && !cache.text(path)?.startsWith('default.') ? undefined : 'volatile-lru';
};

export const evictingSessions: Refusal = {
  name: 'evicting-sessions',
  prevents: 'people are logged out when memory is full',
  remedy: 'give it a parameter group with maxmemory-policy noeviction, and an alarm on its memory',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      .filter((cache) => cache.pair('Properties.Tags', tags.purpose) === 'sessions')
      .map((at) => ({ at, path, must: 'must have maxmemory-policy noeviction for sessions', got: findPolicy(at) }))
      .filter(({ got }) => got !== undefined && got !== 'noeviction'),
};
