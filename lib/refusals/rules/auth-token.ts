// One password for everybody who talks to a cache.
import type { Refusal } from '../refusal';

const path = 'Properties.AuthToken';

export const authToken: Refusal = {
  name: 'auth-token',
  prevents: 'adding it later, or going on to users, replaces the cache and loses what it holds',
  remedy: 'make users and a user group from the first day: CacheUsers, or CfnUser and CfnUserGroup',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      .filter((cache) => cache.isSet(path))
      // What it is stays untold: it is a password.
      .map((at) => ({ at, path, must: 'must not be set', got: 'a token' })),
};
