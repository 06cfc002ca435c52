// Sessions in a cache that promises to keep nothing.
import { tags } from '../../config/names';
import type { Refusal } from '../refusal';

const path = 'Properties.Engine';

export const sessionsInMemcached: Refusal = {
  name: 'sessions-in-memcached',
  prevents: 'people are signed out whenever it is full or starts again, and whoever reaches it reads their sessions',
  remedy: 'keep sessions in Valkey with noeviction, and objects in Memcached',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::CacheCluster')
      .filter((cache) => cache.text(path)?.toLowerCase() === 'memcached')
      .filter((cache) => cache.pair('Properties.Tags', tags.purpose) === 'sessions')
      .map((at) => ({ at, path, must: 'must not be memcached for sessions', got: at.at(path) })),
};
