// What runs and where, a row a part.
import type { Fleet } from './fleet';

export interface TopologyRow {
  readonly part: string;
  readonly runs: string;
  readonly address: string;
  readonly detail: string;
}

const toMiB = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

export function listTopology(fleet: Fleet): TopologyRow[] {
  const { plan, options } = fleet;
  const at = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`;
  const { flavour, version } = options.programs['load balancer'];
  const { healthCheck } = plan.targetGroup;
  return [
    {
      part: 'load balancer',
      runs: `${flavour} ${version}`,
      address: at(fleet.loadBalancer.address),
      detail: `${healthCheck.path} every ${healthCheck.intervalSeconds} s`,
    },
    ...[...fleet.group.instances.values()].map(({ id, clone }) => ({
      part: 'clone',
      runs: `release ${plan.release.slice(0, 12)}`,
      address: clone ? at(clone.address) : '',
      detail: id,
    })),
    ...fleet.caches.map((cache) => ({
      part: cache.plan.purpose,
      runs: `${cache.program.flavour} ${cache.program.version}`,
      address: at(cache.address),
      detail: `${cache.plan.policy}, ${toMiB(cache.plan.maxMemoryBytes)}`,
    })),
    ...fleet.databases.map((database) => ({
      part: database.plan.role,
      runs: `${database.program.flavour} ${database.program.version}`,
      address: at(database.address),
      detail: database.plan.role === 'primary' ? plan.primary.databaseName : 'read-only, follows by GTID',
    })),
  ];
}
