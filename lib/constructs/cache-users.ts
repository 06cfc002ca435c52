// Who may log in to the caches: one user for the app with a generated password, and nobody else.
import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface CacheUsersProps {
  /** Prefix of the ids of users and group: unique in account and region, lower case, at most 32. */
  readonly name: string;
  /**
   * What the app may do, in the words of Valkey's ACL.
   * @default - all keys; reading and writing them, transactions, and scripts sent with the call. No flush, no listing of
   * keys, no configuration, no look at other clients, no functions or scripts of others. What a client asks first is let
   * through: `INFO`, and of a cluster its state, slots, shards and nodes
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
   */
  readonly access?: string;
  /**
   * Key for the secret.
   * @default - the account's own key of Secrets Manager
   */
  readonly encryptionKey?: IKey;
  /**
   * What becomes of users and group when they leave the stack: as long as a cache uses a group, it cannot go.
   * @default RemovalPolicy.DESTROY - users are made anew; give RETAIN where the caches are retained
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** The order counts: what is dangerous is taken from what was given, then single commands are given back. */
const access = [
  'on ~* -@all +@read +@write +@connection +@transaction -@dangerous',
  '-@scripting +eval +evalsha +script|load +script|exists',
  '+time +info +cluster|info +cluster|slots +cluster|shards +cluster|nodes',
].join(' ');

/**
 * Made before the first replication group: turning users on later replaces the group and loses what it holds.
 * @see ElastiCache.6
 */
export class CacheUsers extends Construct {
  /** `{username, password}` of the app's user. */
  readonly secret: ISecret;
  /** Id of the app's user, and its name: what a rotation changes. */
  readonly appUserId: string;
  readonly groupId: string;

  constructor(scope: Construct, id: string, props: CacheUsersProps) {
    super(scope, id);
    const username = `${props.name}-app`;
    const secret = new Secret(this, 'Secret', {
      description: `User of the caches of ${props.name}`,
      encryptionKey: props.encryptionKey,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username }),
        generateStringKey: 'password',
        // ElastiCache takes 16 to 128.
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // CloudFormation reads the secret at deploy time; the template holds a reference to it.
    const passwords = [secret.secretValueFromJson('password').unsafeUnwrap()];

    const app = new CfnUser(this, 'App', {
      engine: 'valkey',
      userId: username,
      userName: username,
      accessString: props.access ?? access,
      passwords,
    });
    // A group has a user called `default`, for clients that give no name. It is off; Valkey groups want a password still.
    const nobody = new CfnUser(this, 'Nobody', {
      engine: 'valkey',
      userId: `${props.name}-default`,
      userName: 'default',
      accessString: 'off ~* -@all',
      passwords,
    });
    const group = new CfnUserGroup(this, 'Group', {
      engine: 'valkey',
      userGroupId: props.name,
      userIds: [nobody.ref, app.ref],
    });
    for (const each of [app, nobody, group]) each.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.DESTROY);
    this.secret = secret;
    this.appUserId = app.ref;
    this.groupId = group.ref;
  }
}
