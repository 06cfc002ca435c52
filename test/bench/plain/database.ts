// The database of `dev`, written plainly: a primary, a replica, their secrets, logs and alarms.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CaCertificate,
  type CfnDBInstance,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceReadReplica,
  EngineLifecycleSupport,
  MysqlEngineVersion,
  OptionGroup,
  ParameterGroup,
  StorageType,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Watched } from './alarms';
import type { NetworkStack } from './network';

const engine = DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.VER_8_4_10 });
const period = Duration.minutes(1);
const logs = ['error', 'slowquery', 'audit', 'general'];
const storageGiB = 20;
const maxConnections = 76;

export class Database extends Construct {
  readonly primary: DatabaseInstance;
  readonly replica: DatabaseInstanceReadReplica;
  readonly appSecret: ISecret;

  constructor(scope: Construct, id: string, network: NetworkStack) {
    super(scope, id);
    const first = this.makeSecret('First', 'First user', { username: 'clonekit_main', network });
    const app = this.makeSecret('App', 'The app’s own user', {
      username: 'clonekit_app',
      masterarn: first.secretArn,
      network,
    });
    const shared = this.makeShared(network);
    this.primary = new DatabaseInstance(this, 'Primary', {
      ...shared,
      engine,
      engineLifecycleSupport: EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
      instanceIdentifier: 'clonekit-dev-primary',
      allocatedStorage: storageGiB,
      storageEncrypted: true,
      storageEncryptionKey: network.key,
      multiAz: false,
      databaseName: 'clonekit',
      credentials: Credentials.fromSecret(first, 'clonekit_main'),
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    this.replica = new DatabaseInstanceReadReplica(this, 'Replica', {
      ...shared,
      sourceDatabaseInstance: this.primary,
      instanceIdentifier: 'clonekit-dev-replica-1',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    (this.replica.node.defaultChild as CfnDBInstance).engine = 'mysql';
    for (const [name, server] of Object.entries({ primary: this.primary, 'replica-1': this.replica })) {
      for (const log of logs) {
        const group = new LogGroup(this, `${name}-${log}`, {
          logGroupName: `/aws/rds/instance/clonekit-dev-${name}/${log}`,
          retention: RetentionDays.ONE_MONTH,
          encryptionKey: network.key,
          removalPolicy: RemovalPolicy.DESTROY,
        });
        server.node.addDependency(group);
      }
    }
    this.appSecret = app.attach(this.primary);
  }

  get firstUserSecret(): ISecret {
    if (!this.primary.secret) throw new Error('The primary has no secret.');
    return this.primary.secret;
  }

  watch(): Watched[] {
    const servers = { Primary: this.primary, Replica: this.replica };
    return [
      {
        id: 'ReplicaLag',
        title: 'Seconds that the replica is behind',
        whatToDo: 'Clones read from the primary meanwhile. Look for a long transaction or a large change of a table.',
        metric: new MathExpression({
          expression: 'IF(lag < 0, 86400, lag)',
          usingMetrics: { lag: this.replica.metric('ReplicaLag', { period, statistic: Stats.MAXIMUM }) },
          period,
          label: 'lag',
        }),
        threshold: 30,
        periods: [5, 5],
        silenceIsBad: true,
      },
      ...Object.entries(servers).flatMap(([name, server]): Watched[] => [
        {
          id: `${name}Storage`,
          title: `Free bytes on the disk of the ${name}`,
          whatToDo:
            'It grows by itself up to maxAllocatedStorage, once in six hours: raise that, then find what grows.',
          metric: server.metric('FreeStorageSpace', { period, statistic: Stats.MINIMUM }),
          threshold: (storageGiB * 2 ** 30) / 10,
          below: true,
          periods: [5, 5],
          silenceIsBad: true,
        },
        {
          id: `${name}Connections`,
          title: `Connections to the ${name}`,
          whatToDo: 'Clones take four fifths at most: look who else connects, then for statements that do not end.',
          metric: server.metric('DatabaseConnections', { period, statistic: Stats.MAXIMUM }),
          threshold: Math.floor(maxConnections * 0.9),
        },
        {
          id: `${name}Processor`,
          title: `Processor of the ${name}, percent`,
          whatToDo: 'Find the statement in Database Insights; if there is none to mend, use a larger class.',
          metric: server.metric('CPUUtilization', { period, statistic: Stats.AVERAGE }),
          threshold: 90,
          periods: [15, 15],
        },
      ]),
    ];
  }

  private makeShared(network: NetworkStack) {
    const optionGroup = new OptionGroup(this, 'Options', {
      engine,
      description: 'Primary and replicas',
      configurations: [{ name: 'MARIADB_AUDIT_PLUGIN', settings: { SERVER_AUDIT_EVENTS: 'CONNECT' } }],
    });
    optionGroup.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return {
      vpc: network.vpc,
      instanceType: new InstanceType('t4g.micro'),
      subnetGroup: new SubnetGroup(this, 'Subnets', {
        vpc: network.vpc,
        vpcSubnets: { subnets: network.subnetsOf('Data') },
        description: 'Primary and replicas',
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      securityGroups: [network.groups.database],
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine,
        description: 'Primary and replicas',
        parameters: {
          'gtid-mode': 'ON',
          enforce_gtid_consistency: 'ON',
          session_track_gtids: 'OWN_GTID',
          binlog_format: 'ROW',
          require_secure_transport: '1',
          local_infile: '0',
          general_log: '0',
          slow_query_log: '1',
          long_query_time: '1',
          log_output: 'FILE',
          max_connections: String(maxConnections),
        },
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      optionGroup,
      port: 3307,
      storageType: StorageType.GP3,
      maxAllocatedStorage: 50,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      copyTagsToSnapshot: true,
      deletionProtection: false,
      backupRetention: Duration.days(1),
      preferredBackupWindow: '01:00-01:30',
      preferredMaintenanceWindow: 'sun:02:00-sun:02:30',
      deleteAutomatedBackups: false,
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      cloudwatchLogsExports: logs,
      monitoringInterval: Duration.seconds(60),
      monitoringRole: new Role(this, 'MonitoringRole', {
        description: 'Lets RDS write the figures of the machines',
        assumedBy: new ServicePrincipal('monitoring.rds.amazonaws.com'),
        managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonRDSEnhancedMonitoringRole')],
      }),
      enablePerformanceInsights: false,
    };
  }

  private makeSecret(
    id: string,
    description: string,
    { network, ...content }: { network: NetworkStack; username: string; masterarn?: string },
  ): Secret {
    return new Secret(this, id, {
      description: `${description} of the database clonekit`,
      encryptionKey: network.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify(content),
        generateStringKey: 'password',
        passwordLength: 32,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
