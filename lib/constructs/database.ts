// MySQL: one primary that is written to, replicas that are read from, all with the same parameters.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { InstanceType, type ISecurityGroup, type ISubnet, type IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceReadReplica,
  MysqlEngineVersion,
  ParameterGroup,
  StorageType,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface DatabaseProps {
  vpc: IVpc;
  subnets: ISubnet[];
  securityGroup: ISecurityGroup;
  /** RDS instance class without its `db.`, e.g. `t4g.micro`: of the primary and of every replica. */
  instanceType: string;
  /** Size of the disk at the start, in GiB. */
  storageGiB: number;
  /** Size up to which it grows by itself, in GiB. */
  maxStorageGiB: number;
  /** Read replicas, 0 to 15. */
  replicas: number;
  /** Days of backups; at least 1 when there are replicas. */
  backupDays: number;
  /** TCP port. */
  port: number;
  /** Name of the schema that is made at the start. */
  databaseName: string;
  /** Name of the first user; its password is generated. Not `admin`, which everybody tries. */
  username: string;
  /**
   * Whether a standby in another zone takes over from the primary.
   * @default true - losing a zone must not lose writes
   * @see RDS.5
   */
  multiAz?: boolean;
  /**
   * Whether RDS refuses to delete primary and replicas; they are then also retained when they leave the stack.
   * @default true - this is where people's data is
   * @see RDS.8
   */
  deletionProtection?: boolean;
}

/** Read-your-writes needs GTIDs; so does finding the replica that is furthest when the primary is lost. */
const parameters = {
  'gtid-mode': 'ON',
  enforce_gtid_consistency: 'ON',
  binlog_format: 'ROW',
  session_track_gtids: 'OWN_GTID',
  require_secure_transport: '1',
  slow_query_log: '1',
  long_query_time: '1',
  log_output: 'FILE',
};

export class Database extends Construct {
  readonly primary: DatabaseInstance;
  readonly replicas: DatabaseInstanceReadReplica[];
  /** `{username, password, dbname, host, port, …}` of the first user. */
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const isProtected = props.deletionProtection ?? true;
    const engine = DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.VER_8_4_10 });
    const shared = {
      vpc: props.vpc,
      subnetGroup: new SubnetGroup(this, 'Subnets', {
        vpc: props.vpc,
        vpcSubnets: { subnets: props.subnets },
        description: 'Primary and replicas',
      }),
      securityGroups: [props.securityGroup],
      instanceType: new InstanceType(props.instanceType),
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine,
        description: 'Primary and replicas',
        parameters,
      }),
      port: props.port,
      storageType: StorageType.GP3,
      maxAllocatedStorage: props.maxStorageGiB,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      copyTagsToSnapshot: true,
      deletionProtection: isProtected,
      // Replicas too: one that is promoted has backups at once, and a binary log for the replicas that follow it.
      backupRetention: Duration.days(props.backupDays),
      cloudwatchLogsExports: ['error', 'slowquery'],
    };
    // Kept when it leaves the stack: a database that is kept, or a snapshot of it, is of no use without its password.
    const secret = new Secret(this, 'Secret', {
      description: `First user of the database ${props.databaseName}`,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: props.username }),
        generateStringKey: 'password',
        passwordLength: 32,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.secret = secret;
    this.primary = new DatabaseInstance(this, 'Primary', {
      ...shared,
      engine,
      allocatedStorage: props.storageGiB,
      storageEncrypted: true,
      multiAz: props.multiAz ?? true,
      databaseName: props.databaseName,
      // RDS adds host, port and dbname to the secret.
      credentials: Credentials.fromSecret(secret, props.username),
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
    });
    this.replicas = Array.from(
      { length: props.replicas },
      (_, index) =>
        new DatabaseInstanceReadReplica(this, `Replica${index + 1}`, {
          ...shared,
          sourceDatabaseInstance: this.primary,
          // RDS takes no last snapshot of a replica. Where the primary may go, its copies may; else one may be promoted.
          removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        }),
    );
  }
}
