// Objects in Memcached: one node that lets in whoever reaches it, so that its security group is all of its protection.
import { Memcached } from '../../constructs/memcached';
import { memcachedFigures } from '../../constructs/memcached-figures';
import type { MakeObjects } from './objects-cache';

export const makeMemcached: MakeObjects<'memcached'> = (scope, { nodeType }, { subnets, securityGroup }) => {
  const { id, address } = new Memcached(scope, 'Memcached', { subnets, securityGroup, nodeType });
  return { id, address, protocol: 'memcached', letsIn: [], figures: memcachedFigures({ nodeId: id }) };
};
