// One cache with its parameters, memory and users, as the template declares them.
import { cacheNodeTypes } from '../../config/node-types';
import { OperatorError } from '../../config/operator-error';
import type { ResourceReader } from '../resource-reader';
import { type SecretReference, toSecretReference } from './secret-reference';

export interface CacheUser {
  readonly name: string;
  /** Rules of the engine's access control list, e.g. `on ~* +@all`. */
  readonly access: string;
  /** The secret's ARN and key that hold the password; absent for a user without one. */
  readonly password?: SecretReference;
}

export interface CachePlan {
  readonly purpose: 'sessions' | 'objects';
  readonly key: string;
  readonly id: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly nodeType: string;
  readonly parameterGroup: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** `maxmemory-policy` of the parameter group. */
  readonly policy: string;
  readonly maxMemoryBytes: number;
  readonly users: readonly CacheUser[];
}

export function toCache(
  purpose: CachePlan['purpose'],
  id: string,
  groups: ReadonlyMap<string, ResourceReader>,
  parameterGroups: ReadonlyMap<string, ResourceReader>,
  userGroups: ReadonlyMap<string, ResourceReader>,
  users: readonly ResourceReader[],
): CachePlan {
  const group = groups.get(id);
  if (!group) throw new OperatorError(`templates: the output for ${purpose} must name a cache, got: ${id}`);
  const parameterGroup = parameterGroups.get(group.text('CacheParameterGroupName'));
  const parameters = (parameterGroup?.find('Properties') ?? {}) as Record<string, string>;
  const nodeType = group.text('CacheNodeType');
  const memory = cacheNodeTypes[nodeType];
  if (!memory)
    throw new OperatorError(
      `${group.stack}: ${group.logicalId} has a node type without a known memory, got: ${nodeType}`,
    );
  const members = group
    .list<string>('UserGroupIds')
    .flatMap((name) => userGroups.get(name)?.list<string>('UserIds') ?? []);
  return {
    purpose,
    key: group.key,
    id,
    engine: group.text('Engine'),
    engineVersion: group.text('EngineVersion'),
    nodeType,
    parameterGroup: parameterGroup?.physicalId ?? group.text('CacheParameterGroupName'),
    parameters,
    // ElastiCache's default for a group that sets none.
    policy: parameters['maxmemory-policy'] ?? 'volatile-lru',
    maxMemoryBytes: Math.floor(memory.maxMemoryBytes * (1 - Number(parameters['reserved-memory-percent'] ?? 25) / 100)),
    users: users
      .filter((user) => members.includes(user.text('UserId')) || members.includes(user.physicalId))
      .map((user) => {
        const [password] = user.list<string>('Passwords');
        return {
          name: user.text('UserName'),
          access: user.text('AccessString'),
          password: password === undefined ? undefined : toSecretReference(password, user.key),
        };
      }),
  };
}
