// A cache that is to fail over, and has nothing to fail over to.
import { findClusterMode, findReplicas } from '../caches';
import type { Refusal } from '../refusal';

const failover = 'Properties.AutomaticFailoverEnabled';
const multiAz = 'Properties.MultiAZEnabled';

export const failoverWithoutReplica: Refusal = {
  name: 'failover-without-replica',
  prevents: 'ElastiCache refuses the replication group',
  remedy: 'add a replica, or turn it off',
  find: (view) =>
    view.ofType('AWS::ElastiCache::ReplicationGroup').flatMap((at) => {
      if (findReplicas(at) !== 0) return [];
      // A cluster must have failover on, replicas or not.
      const paths = findClusterMode(at) === false ? [failover, multiAz] : [multiAz];
      const must = 'must be off without a replica';
      return paths.filter((path) => at.isOn(path)).map((path) => ({ at, path, must, got: true }));
    }),
};
