// Who may log in to the caches: one user for the app with a generated password, and nobody else.
import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface CacheUsersProps {
  /** Prefix of the ids of users and group: unique in account and region, lower case. */
  name: string;
  /**
   * What the app may do, in the words of Valkey's ACL.
   * @default 'on ~* +@all -@dangerous +info' - all keys, but no flush, no configuration, no look at other clients;
   * `info` because clients ask it whether a server is ready
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
   */
  access?: string;
}

/**
 * Made before the first replication group: turning users on later replaces the group and loses what it holds.
 * @see ElastiCache.6
 */
export class CacheUsers extends Construct {
  /** `{username, password}` of the app's user. */
  readonly secret: ISecret;
  readonly groupId: string;

  constructor(scope: Construct, id: string, props: CacheUsersProps) {
    super(scope, id);
    const username = `${props.name}-app`;
    const secret = new Secret(this, 'Secret', {
      description: `User of the caches of ${props.name}`,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // CloudFormation reads the secret at deploy time; the template holds a reference to it.
    const passwords = [secret.secretValueFromJson('password').unsafeUnwrap()];

    const app = new CfnUser(this, 'App', {
      engine: 'valkey',
      userId: username,
      userName: username,
      accessString: props.access ?? 'on ~* +@all -@dangerous +info',
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
    this.secret = secret;
    this.groupId = group.ref;
  }
}
