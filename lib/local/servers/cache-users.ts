// The users of a cache, as its file of them has them: those of the template, and the supervisor.
import type { ValkeyPlan } from '../plan/cache';
import type { CacheServerOptions } from './cache-server';

/** Who the supervisor is to a cache: a user of its own beside the template's. */
export const overseer = 'clonekit-local';

export function toUsers(
  { cache, getPassword }: Pick<CacheServerOptions<ValkeyPlan>, 'cache' | 'getPassword'>,
  ownPassword: string,
): string {
  const users = cache.users.map(({ name, access, password: reference }) => {
    const secret = reference ? `>${getPassword(reference)}` : 'resetpass';
    // As `default` Redis 7.0 reads its own file at a restart, and leaves out what that may not do; off it logs nobody in.
    const own = /^off\b/.test(access) ? 'off ~* +@all' : access;
    return `user ${name} reset ${secret} &* ${own}`;
  });
  return `${users.join('\n')}\nuser ${overseer} reset on >${ownPassword} ~* &* +@all\n`;
}
