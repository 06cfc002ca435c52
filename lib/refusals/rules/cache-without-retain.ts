// A cache that goes without a trace when it leaves the stack.
import { tags } from '../../config/names';
import { findUnkept } from '../kept';
import type { Refusal } from '../refusal';

export const cacheWithoutRetain: Refusal = {
  name: 'cache-without-retain',
  prevents: 'everybody is logged out by a change of one name',
  remedy: 'set applyRemovalPolicy(RemovalPolicy.SNAPSHOT), or tag it as a cache of objects',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      // Objects can be computed again.
      .filter((cache) => cache.pair('Properties.Tags', tags.purpose) !== 'objects')
      .flatMap((cache) => findUnkept(cache, ['Retain', 'Snapshot'])),
};
