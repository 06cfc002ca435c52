// Every password of a stage's data, replaced from time to time: two of the database, one of the caches.
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IDependable } from 'constructs';
import { acknowledge } from './acknowledge';
import { CacheUserRotation } from './cache-user-rotation';
import type { CacheUsers } from './cache-users';
import type { Database } from './database';
import { DatabaseUserRotation } from './database-user-rotation';
import { privileges } from './database-users';
import type { RotationNetwork, RotationProps } from './secret-rotation';

export interface PasswordRotationsProps extends RotationNetwork, Omit<RotationProps, 'secret'> {
  readonly database: Database;
  readonly cacheUsers: CacheUsers;
  /** Whatever lets these users in: a user cannot be changed while they are made. */
  readonly caches: readonly IDependable[];
}

/**
 * Costs cents: three functions that run for seconds a month. Until the second is done, the app's own user is not there.
 * @see SecretsManager.1, SecretsManager.4
 */
export class PasswordRotations extends Construct {
  /** Their metric `Errors` says when a password could not be replaced. */
  readonly functions: readonly IFunction[];

  constructor(scope: Construct, id: string, props: PasswordRotationsProps) {
    super(scope, id);
    const { database, cacheUsers, vpc, subnets, securityGroup } = props;
    const { firstUserSecret, appSecret } = database;
    const all = {
      every: props.every,
      encryptionKey: props.encryptionKey,
      logRetention: props.logRetention,
      reservedConcurrency: props.reservedConcurrency,
    };
    const inNetwork = { ...all, vpc, subnets, securityGroup };
    const first = new DatabaseUserRotation(this, 'FirstUser', { ...inNetwork, secret: firstUserSecret });
    const app = new DatabaseUserRotation(this, 'AppUser', {
      ...inNetwork,
      secret: appSecret,
      firstUserSecret,
      privileges,
    });
    const caches = new CacheUserRotation(this, 'CacheUser', {
      ...all,
      secret: cacheUsers.secret,
      userId: cacheUsers.appUserId,
    });
    first.node.addDependency(database);
    // One after the other: the app's user is made with the first user's password.
    app.node.addDependency(first);
    caches.node.addDependency(...props.caches);
    this.functions = [first.function, app.function, caches.function];
    this.#acknowledge(caches, props.reservedConcurrency);
  }

  #acknowledge(caches: CacheUserRotation, reservedConcurrency: number | undefined): void {
    acknowledge(
      this,
      { LambdaDLQ: ['nist', 'hipaa'] },
      'Secrets Manager waits for the answer and tries again by itself; such a queue gets only what nobody waits for',
    );
    if (reservedConcurrency === undefined) {
      acknowledge(
        this,
        { LambdaConcurrency: ['nist', 'hipaa'] },
        'a secret is rotated by one run at a time; a new account has too few runs for any to be set aside',
      );
    }
    acknowledge(
      this,
      { 'IAM5[Resource::*]': ['solutions'] },
      'Lambda makes network interfaces with these rights, which have no id before; the code of the function is denied them',
    );
    acknowledge(
      caches,
      { LambdaInsideVPC: ['nist', 'pci', 'hipaa'] },
      'it calls nothing in the network, only the API of ElastiCache; from inside that would cost an endpoint of its own',
    );
  }
}
