// A cache in two zones that does not go over to the other.
import type { Refusal } from '../refusal';

const multiAz = 'Properties.MultiAZEnabled';
const path = 'Properties.AutomaticFailoverEnabled';

export const multiAzWithoutFailover: Refusal = {
  name: 'multi-az-without-failover',
  prevents: 'ElastiCache refuses the replication group: Multi-AZ needs automatic failover',
  remedy: 'set automaticFailoverEnabled: true',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      .filter((cache) => cache.isOn(multiAz) && cache.isOff(path))
      .map((at) => ({ at, path, must: 'must be true with MultiAZEnabled', got: at.at(path) })),
};
