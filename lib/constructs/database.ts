// MySQL: one primary that is written to, replicas that are read from, all with the same parameters.
import { RemovalPolicy } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Credentials,
  DatabaseInstance,
  type DatabaseInstanceReadReplica,
  EngineLifecycleSupport,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { DatabaseMonitoring, type DatabaseMonitoringProps } from './database-monitoring';
import { type DatabaseReplica, DatabaseReplicas } from './database-replicas';
import { type DatabaseServerProps, engine, toServerProps } from './database-server';
import { DatabaseUsers, type DatabaseUsersProps } from './database-users';
import { verifyProp, verifyRange } from './prop-rule';

export type { DatabaseReplica } from './database-replicas';

export interface DatabaseProps
  extends DatabaseServerProps,
    DatabaseUsersProps,
    Omit<DatabaseMonitoringProps, 'removalPolicy'> {
  /**
   * Prefix of the identifiers `<name>-primary`, `<name>-replica-1`, …: unique in account and region, lower case.
   * Identifiers are told, not made up, because log groups are named after them. It is a protection as well: a change for
   * which CloudFormation would have to replace a server fails, as the name is taken, and no empty server stands in its place.
   */
  readonly name: string;
  /**
   * RDS instance class without its `db.`, e.g. `t4g.micro`. Another one is this one word: with a standby a failover of
   * one to two minutes, without one about ten minutes without a server.
   * @default 'm7g.large' - the smallest whose speed does not depend on credits
   */
  readonly instanceType?: string;
  /**
   * Read replicas, 0 to 15.
   * @default [] - reads are the primary's too
   */
  readonly replicas?: readonly DatabaseReplica[];
  /**
   * Whether a standby in another zone takes over from the primary.
   * @default true - losing a zone must not lose writes
   * @see RDS.5
   */
  readonly multiAz?: boolean;
  /**
   * Key for disks, backups, Database Insights, logs and secrets; its policy must let CloudWatch Logs use it. Chosen when the
   * servers are made: another key is another disk.
   * @default - the account's own keys of RDS and Secrets Manager; logs with CloudWatch's
   * @see RDS.3
   */
  readonly encryptionKey?: IKey;
  /**
   * Who is told of failovers, failures, disks that fill up, replicas that do not follow, maintenance and changed parameters.
   * @default - nobody
   * @see RDS.20, RDS.21
   */
  readonly topic?: ITopic;
}

/**
 * A `db.m7g.large` costs about 150 USD a month in eu-central-1, with a standby twice that, and as much again for each
 * replica; a GB of disk 0.14, twice with a standby. The app's own user exists once `DatabaseUserRotation` has made it.
 * @see RDS.2, RDS.3, RDS.5, RDS.8, RDS.11
 */
export class Database extends Construct {
  readonly primary: DatabaseInstance;
  readonly replicas: readonly DatabaseInstanceReadReplica[];
  /** `{username, password, dbname, host, port, …}` of the first user: for rotation and operators, not for the app. */
  readonly firstUserSecret: ISecret;
  /** The same of the app's own user, and `masterarn`. RDS does not make this user; the first rotation does. */
  readonly appSecret: ISecret;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { name, encryptionKey } = props;
    verifyProps(this, props);
    const instanceType = props.instanceType ?? 'm7g.large';
    const isProtected = props.deletionProtection ?? true;
    const { shared, storageGiB, removalPolicy } = toServerProps(this, props);
    const monitoring = new DatabaseMonitoring(this, 'Monitoring', {
      encryptionKey,
      insights: props.insights,
      logRetention: props.logRetention,
      removalPolicy,
    });
    const users = new DatabaseUsers(this, 'Users', {
      databaseName: props.databaseName,
      username: props.username,
      appUsername: props.appUsername,
      encryptionKey,
    });
    this.primary = new DatabaseInstance(this, 'Primary', {
      ...shared,
      ...monitoring.toWatchedProps(instanceType),
      engine,
      // Years after its end a version would be kept alive, and billed by the hour. RDS takes this for a primary only.
      engineLifecycleSupport: EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
      instanceIdentifier: `${name}-primary`,
      instanceType: new InstanceType(instanceType),
      allocatedStorage: storageGiB,
      storageEncrypted: true,
      storageEncryptionKey: encryptionKey,
      multiAz: props.multiAz ?? true,
      databaseName: props.databaseName,
      credentials: Credentials.fromSecret(users.first, users.username),
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
    });
    monitoring.addLogs(this.primary, `${name}-primary`);
    this.replicas = new DatabaseReplicas(this, 'Replicas', {
      primary: this.primary,
      instanceType,
      name,
      replicas: props.replicas ?? [],
      shared,
      monitoring,
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }).servers;
    if (props.topic) {
      const servers = [this.primary, ...this.replicas].map(({ instanceIdentifier }) => instanceIdentifier);
      monitoring.addEvents(props.topic, servers, shared.parameterGroup.bindToInstance({}).parameterGroupName);
    }
    // With credentials given there is always a secret.
    this.firstUserSecret = this.primary.secret as ISecret;
    this.appSecret = users.app.attach(this.primary);
    if (props.backupDays === 0) return;
    acknowledge(
      this,
      { RDSInBackupPlan: ['nist', 'hipaa'] },
      'RDS itself keeps backups, and any second of the last backupDays can be restored; a plan would keep the same again',
    );
  }
}

/** What CDK lets through and RDS refuses, minutes into a deployment. */
const verifyProps = (scope: Construct, { name, replicas = [], backupDays }: DatabaseProps): void => {
  verifyProp(scope, {
    prop: 'name',
    holds: /^[a-z](-?[a-z0-9])*$/.test(name) && name.length <= 50,
    rule: 'must be a lower case letter, then letters, digits and single hyphens, at most 50 in all',
    got: name,
    remedy: 'name it like shop-prod',
  });
  verifyRange(scope, { prop: 'replicas.length', got: replicas.length, from: 0, to: 15, remedy: 'RDS follows no more' });
  verifyProp(scope, {
    prop: 'backupDays',
    holds: replicas.length === 0 || backupDays !== 0,
    rule: 'must be at least 1 with replicas: a replica starts from a backup',
    got: backupDays,
    remedy: 'turn backups on or use no replicas',
  });
};
