// Gives an ElastiCache user a new password beside the one it has: it may have two, so nobody is ever refused.
import { DescribeUsersCommand, ElastiCacheClient, ModifyUserCommand, type User } from '@aws-sdk/client-elasticache';
import { type Login, type RotationContext, RotationError, type Strategy, toHandler } from './rotation';

/** A user is busy for some seconds after each change, and for longer when its caches are. */
const pollMilliseconds = 1000;
/** Left of the function's own time when it gives up, to say why. */
const reserveMilliseconds = 3000;

const twoPasswords: Strategy = {
  toUsername: (current) => current,
  set: async (current, pending, context) => {
    await onElastiCache(async (client) => {
      // One that is being changed cannot be changed.
      await untilActive(client, current, context);
      const Passwords = [pending.password, current.password];
      await client.send(new ModifyUserCommand({ UserId: current.username, Passwords }));
      await untilActive(client, current, context);
    });
  },
  // Only ElastiCache is asked: the caches answer nobody outside their network, and this function is outside.
  test: async (pending, context) => {
    const { Authentication } = await onElastiCache((client) => untilActive(client, pending, context));
    const count = Authentication?.PasswordCount;
    if (count !== 2) throw new RotationError(`the user must have two passwords now, got: ${count}`);
  },
};

/** What Lambda runs. */
export const handler = toHandler(() => twoPasswords);

async function onElastiCache<T>(work: (client: ElastiCacheClient) => Promise<T>): Promise<T> {
  const client = new ElastiCacheClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000 },
  });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** The user's id is its name. */
async function untilActive(client: ElastiCacheClient, { username }: Login, context: RotationContext): Promise<User> {
  for (;;) {
    const { Users: [user] = [] } = await client.send(new DescribeUsersCommand({ UserId: username }));
    if (user?.Status === 'active') return user;
    if (context.getRemainingTimeInMillis() < reserveMilliseconds) {
      throw new RotationError(`the user must become active in time, got: ${user?.Status}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}
