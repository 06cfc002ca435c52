// Who logs in to MySQL: the first user, who may do nearly anything, and the app's own. A secret for each, attached by the database.
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { verifyProp } from './prop-rule';

export interface DatabaseUsersProps {
  /** Name of the schema. */
  readonly databaseName: string;
  /**
   * Name of the first user, 1 to 16 letters, digits and underscores.
   * @default - the schema's name and `_main`; not `admin`, which everybody tries
   * @see RDS.25
   */
  readonly username?: string;
  /**
   * Name of the app's own user, 1 to 26 letters, digits and underscores.
   * @default - the schema's name and `_app`
   */
  readonly appUsername?: string;
  /**
   * Key for both secrets.
   * @default - the account's own key of Secrets Manager
   */
  readonly encryptionKey?: IKey;
}

/** RDS takes 16 for a first user of MySQL; MySQL itself 32, of which `_clone` of the second user in turn takes 6. */
const maxLength = { username: 16, appUsername: 26 } as const;

/**
 * What the app's user may do, as in GRANT, on its own schema and nowhere else. The app migrates its schema itself; it makes
 * no users, reads no files and stops no server.
 */
export const privileges = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES';

/** Two secrets, each 0.40 USD a month. Neither is written anywhere else: the template holds references. */
export class DatabaseUsers extends Construct {
  readonly username: string;
  readonly first: Secret;
  readonly app: Secret;

  constructor(scope: Construct, id: string, props: DatabaseUsersProps) {
    super(scope, id);
    const { databaseName, encryptionKey } = props;
    const names = {
      username: props.username ?? `${databaseName}_main`,
      appUsername: props.appUsername ?? `${databaseName}_app`,
    };
    for (const prop of ['username', 'appUsername'] as const) {
      const max = maxLength[prop];
      verifyProp(this, {
        prop,
        holds: names[prop].length <= max && /^[a-z]\w*$/i.test(names[prop]),
        rule: `must be a letter, then letters, digits and underscores, at most ${max} in all`,
        got: names[prop],
        remedy: 'use a shorter name of these',
      });
    }
    verifyProp(this, {
      prop: 'appUsername',
      holds: names.username !== names.appUsername,
      rule: 'must not be that of the first user',
      got: names.appUsername,
      remedy: 'name one of them differently',
    });
    const makeSecret = (secretId: string, description: string, content: object) =>
      new Secret(this, secretId, {
        description: `${description} of the database ${databaseName}`,
        encryptionKey,
        generateSecretString: {
          secretStringTemplate: JSON.stringify(content),
          generateStringKey: 'password',
          // RDS takes 8 to 41 for a first user.
          passwordLength: 32,
          excludePunctuation: true,
        },
        // Kept when it leaves the stack: a database that is kept, or a snapshot of it, is of no use without its password.
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    this.username = names.username;
    this.first = makeSecret('First', 'First user', { username: names.username });
    this.app = makeSecret('App', 'The app’s own user', {
      username: names.appUsername,
      // As AWS calls the secret of who makes and changes this user.
      masterarn: this.first.secretArn,
    });
  }
}
