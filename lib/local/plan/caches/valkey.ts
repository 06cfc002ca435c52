// A replication group: Valkey or Redis, with its memory, mode and users.
import { OperatorError } from '../../../config/operator-error';
import type { ResourceReader } from '../../resource-reader';
import { type SecretReference, toSecretReference } from '../secret-reference';
import type { CacheFacts, ToCachePlan } from './cache-facts';

export interface CacheUser {
  readonly id: string;
  readonly name: string;
  /** Rules of the engine's access control list, e.g. `on ~* +@all`. */
  readonly access: string;
  /** The secret's ARN and key that hold the password; absent for a user without one. */
  readonly password?: SecretReference;
}

export interface ValkeyPlan extends CacheFacts {
  /** `maxmemory-policy` of the parameter group. */
  readonly policy: string;
  readonly maxMemoryBytes: number;
  /** `cluster`: clients ask it which node has a key, and durable writes need it. */
  readonly mode: 'single' | 'cluster';
  /** `sync`: an answered write is on the disk. */
  readonly durability: 'disabled' | 'async' | 'sync';
  readonly users: readonly CacheUser[];
  /** Copies besides the primary. */
  readonly replicas: number;
  /** Whether one of them takes over by itself when the primary dies. */
  readonly automaticFailover: boolean;
  readonly multiAz: boolean;
}

export const toValkey: ToCachePlan<ValkeyPlan> = (facts, nodeBytes, group, { userGroups, users }) => {
  const { parameters } = facts;
  const members = group
    .list<string>('UserGroupIds')
    .flatMap((name) => userGroups.get(name)?.list<string>('UserIds') ?? []);
  return {
    ...facts,
    // ElastiCache's default for a group that sets none.
    policy: parameters['maxmemory-policy'] ?? 'volatile-lru',
    maxMemoryBytes: Math.floor(nodeBytes * (1 - Number(parameters['reserved-memory-percent'] ?? 25) / 100)),
    mode: toMode(group, parameters),
    durability: toDurability(group),
    replicas: group.findNumber('ReplicasPerNodeGroup') ?? (group.findNumber('NumCacheClusters') ?? 1) - 1,
    automaticFailover: group.find('AutomaticFailoverEnabled') === true,
    multiAz: group.find('MultiAZEnabled') === true,
    users: users
      .filter((user) => members.includes(user.text('UserId')) || members.includes(user.physicalId))
      .map((user) => {
        const [password] = user.list<string>('Passwords');
        return {
          id: user.text('UserId'),
          name: user.text('UserName'),
          access: user.text('AccessString'),
          password: password === undefined ? undefined : toSecretReference(password, user.key),
        };
      }),
  };
};

function toMode(group: ResourceReader, parameters: Readonly<Record<string, string>>): ValkeyPlan['mode'] {
  const shards = group.findNumber('NumNodeGroups') ?? 1;
  if (shards !== 1)
    throw new OperatorError(
      `${group.stack}: ${group.logicalId}.NumNodeGroups must be 1 on this machine, got: ${shards}`,
    );
  const mode = group.findText('ClusterMode') ?? (parameters['cluster-enabled'] === 'yes' ? 'enabled' : 'disabled');
  // `compatible` is a stop on the way from one to the other: it serves clients of both kinds, as a cluster does.
  return mode === 'disabled' ? 'single' : 'cluster';
}

const durabilities = { disabled: 'disabled', default: 'disabled', async: 'async', sync: 'sync' } as const;

function toDurability(group: ResourceReader): ValkeyPlan['durability'] {
  const text = group.findText('Durability') ?? 'disabled';
  const durability = durabilities[text as keyof typeof durabilities];
  if (durability) return durability;
  const rule = `must be one of ${Object.keys(durabilities).join(', ')}`;
  throw new OperatorError(`${group.stack}: ${group.logicalId}.Durability ${rule}, got: ${text}`);
}
