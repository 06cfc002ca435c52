// The password of a MySQL user, replaced from time to time; an app's own user is also made that way.
import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { rotationEnv } from '../config/names';
import { type RotationProps, SecretRotation } from './secret-rotation';

export interface DatabaseUserRotationProps extends RotationProps {
  /** Network of the database; the function also needs a way to Secrets Manager from there, e.g. an interface endpoint. */
  readonly vpc: IVpc;
  /** Private ones. */
  readonly subnets: ISubnet[];
  /** Let out to the database's port and to port 443, and let in by the database. */
  readonly securityGroup: ISecurityGroup;
  /**
   * The first user's secret, with `host` and `dbname` in it. With it two users take turns: `secret` names the one, the
   * other has `_clone` behind its name (so the name has at most 26 characters), both are made with the first user's
   * rights when they are not there yet, and the login that was replaced stays good until the next time.
   * @default - `secret` is itself the first user's, who replaces its own password: it is refused at once with the old one
   */
  readonly firstUserSecret?: ISecret;
  /**
   * What the two users may do in the schema, as in GRANT; more than that is taken from them again.
   * @default 'SELECT, INSERT, UPDATE, DELETE' - rows, no tables. Of no effect without `firstUserSecret`
   */
  readonly privileges?: string;
}

/**
 * Make it depend on the database: the first rotation begins as soon as it exists. Until that one is done, the app's user
 * is not there.
 * @see SecretsManager.1, SecretsManager.4
 */
export class DatabaseUserRotation extends Construct {
  /** Its metric `Errors` says when a password could not be replaced. */
  readonly function: IFunction;

  constructor(scope: Construct, id: string, props: DatabaseUserRotationProps) {
    super(scope, id);
    const { firstUserSecret: first, vpc, subnets, securityGroup } = props;
    const ofApp = first && {
      [rotationEnv.firstUserSecret]: first.secretArn,
      [rotationEnv.privileges]: props.privileges ?? 'SELECT, INSERT, UPDATE, DELETE',
    };
    const rotation = new SecretRotation(this, 'Rotation', {
      secret: props.secret,
      every: props.every,
      encryptionKey: props.encryptionKey,
      logRetention: props.logRetention,
      reservedConcurrency: props.reservedConcurrency,
      program: 'rotate-database-user',
      description: `Replaces the password of ${first ? 'a database user' : 'the first database user'}`,
      // Lambda has the certificates of RDS, and since Node.js 20 loads them only when told to.
      environment: { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem', ...ofApp },
      statements: [],
      reads: first ? [first] : [],
      timeout: Duration.minutes(1),
      network: { vpc, subnets, securityGroup },
    });
    this.function = rotation.function;
  }
}
