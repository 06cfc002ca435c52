// ElastiCache's users: those the template declares, in every cache that really runs.
import type * as schemas from '@aws-sdk/client-elasticache';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import type { CacheUser } from '../plan/cache';
import { CacheGroup } from '../servers/cache-group';
import { AwsError, refuseFilters, type Service, select } from './service';

/** One user, and the caches that know it. */
interface Known {
  readonly user: CacheUser;
  readonly caches: CacheGroup[];
}

function listUsers({ caches }: Fleet): Known[] {
  const known = new Map<string, Known>();
  for (const cache of caches.filter((one) => one instanceof CacheGroup)) {
    for (const user of cache.plan.users) {
      known.set(user.id, { user, caches: [...(known.get(user.id)?.caches ?? []), cache] });
    }
  }
  return [...known.values()];
}

const userNotFound = (id: string): AwsError => new AwsError('UserNotFound', `User ${id} not found.`, 404);

const findUsers = (fleet: Fleet, id: string | undefined): Known[] =>
  select(listUsers(fleet), id === undefined ? undefined : [id], ({ user }) => user.id, userNotFound);

async function toUser({ user, caches }: Known, { plan }: Fleet): Promise<schemas.User> {
  const running = caches.filter(({ status }) => status === 'available');
  // Asked of the servers themselves: what holds is what they let in.
  const counts = await Promise.all(running.map((cache) => cache.countPasswords(user.name)));
  const isActive = running.length === caches.length && new Set(counts).size === 1;
  return {
    UserId: user.id,
    UserName: user.name,
    ARN: `arn:aws:elasticache:${plan.region}:${account}:user:${user.id}`,
    Status: isActive ? 'active' : 'modifying',
    Engine: caches[0]?.plan.engine,
    AccessString: user.access,
    Authentication: { Type: counts[0] ? 'password' : 'no-password', PasswordCount: counts[0] },
  };
}

export const cacheUserActions: Service['actions'] = {
  DescribeUsers: async (input: schemas.DescribeUsersMessage, fleet): Promise<schemas.DescribeUsersResult> => {
    refuseFilters(input.Filters);
    return { Users: await Promise.all(findUsers(fleet, input.UserId).map((known) => toUser(known, fleet))) };
  },
  ModifyUser: async (input: schemas.ModifyUserMessage, fleet): Promise<schemas.User> => {
    const { UserId, Passwords = [], ...others } = input;
    const [known] = findUsers(fleet, UserId ?? '') as [Known];
    if (Object.keys(others).length > 0 || Passwords.length < 1 || Passwords.length > 2) {
      throw new AwsError(
        'InvalidParameterValue',
        'The local twin gives a user one or two passwords, and nothing else.',
      );
    }
    if ((await toUser(known, fleet)).Status !== 'active') {
      throw new AwsError('InvalidUserState', `User ${UserId} is not active.`);
    }
    await Promise.all(known.caches.map((cache) => cache.setPasswords(known.user.name, Passwords)));
    return await toUser(known, fleet);
  },
};
