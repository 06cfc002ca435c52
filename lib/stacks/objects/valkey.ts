// Objects in Valkey: with the users of the sessions cache, and maybe copies.
import { Cache } from '../../constructs/cache';
import { cacheFigures } from '../../constructs/cache-figures';
import type { MakeObjects } from './objects-cache';

export const makeValkey: MakeObjects<'valkey'> = (scope, { nodeType, replicas, evictionPolicy }, shared) => {
  const cache = new Cache(scope, 'Objects', { ...shared, purpose: 'objects', nodeType, replicas, evictionPolicy });
  const { id, address, nodeIds } = cache;
  return { id, address, protocol: 'redis', letsIn: [cache], figures: cacheFigures({ purpose: 'objects', nodeIds }) };
};
