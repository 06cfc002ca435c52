// What every MySQL server is like, primary or replica: a replica that is promoted must be no less than the primary was.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  CaCertificate,
  DatabaseInstanceEngine,
  MysqlEngineVersion,
  OptionGroup,
  ParameterGroup,
  StorageType,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { ports } from '../config/ports';
import { toDatabaseParameters } from './database-parameters';
import { verifyProp } from './prop-rule';

export interface DatabaseServerProps {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
  /**
   * Size of the disk at the start, in GiB, from 20.
   * @default 20 - the least there is: it grows, and never shrinks
   */
  readonly storageGiB?: number;
  /**
   * Size up to which it grows by itself, in GiB, at least a tenth above the start.
   * @default - five times the start: room to react to an alarm, and a bound to what a runaway costs
   */
  readonly maxStorageGiB?: number;
  /**
   * Days of backups, and of restoring to any second within them: 0 to 35, at least 1 with replicas.
   * @default 14 - a loss that is noticed after a holiday can still be undone
   * @see RDS.11
   */
  readonly backupDays?: number;
  /**
   * Daily time of the backup, in UTC, at least 30 minutes.
   * @default '01:00-01:30' - night in Europe, and before the maintenance
   */
  readonly backupWindow?: string;
  /**
   * Weekly time in which minor versions are installed, in UTC, at least 30 minutes and apart from the backup.
   * @default 'sun:02:00-sun:02:30' - the fewest people in a week, and an hour after a backup
   */
  readonly maintenanceWindow?: string;
  /**
   * TCP port.
   * @default 3307 - a scan for the usual port finds nothing
   * @see RDS.23
   */
  readonly port?: number;
  /**
   * Connections a server holds, 1 to 100,000.
   * @default - RDS's formula, by the memory of each server
   */
  readonly maxConnections?: number;
  /**
   * Whether RDS refuses to delete primary and replicas; they are then also retained when they leave the stack.
   * @default true - this is where people's data is
   * @see RDS.8
   */
  readonly deletionProtection?: boolean;
}

export const engine = DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.VER_8_4_10 });

/** The properties all servers share; makes the groups of subnets, parameters and options in `scope`. */
export const toServerProps = (scope: Construct, props: DatabaseServerProps) => {
  const storageGiB = props.storageGiB ?? 20;
  const maxStorageGiB = props.maxStorageGiB ?? storageGiB * 5;
  verifyProp(scope, {
    prop: 'maxStorageGiB',
    holds: maxStorageGiB * 10 >= storageGiB * 11,
    rule: `must be a tenth above storageGiB (${storageGiB})`,
    got: maxStorageGiB,
    remedy: `raise it to ${Math.ceil((storageGiB * 11) / 10)} or more`,
  });
  const isProtected = props.deletionProtection ?? true;
  // What a kept server needs is kept with it; but not what a failed first deploy made, whose names would be taken.
  const removalPolicy = isProtected ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
  const shared = {
    vpc: props.vpc,
    subnetGroup: new SubnetGroup(scope, 'Subnets', {
      vpc: props.vpc,
      vpcSubnets: { subnets: [...props.subnets] },
      description: 'Primary and replicas',
      removalPolicy,
    }),
    securityGroups: [props.securityGroup],
    parameterGroup: new ParameterGroup(scope, 'Parameters', {
      engine,
      description: 'Primary and replicas',
      parameters: toDatabaseParameters(props.maxConnections),
      removalPolicy,
    }),
    optionGroup: makeOptions(scope),
    port: props.port ?? ports.database,
    storageType: StorageType.GP3,
    maxAllocatedStorage: maxStorageGiB,
    publiclyAccessible: false,
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: true,
    deletionProtection: isProtected,
    // Replicas too: one that is promoted has backups at once, and a binary log for the replicas that follow it.
    backupRetention: Duration.days(props.backupDays ?? 14),
    preferredBackupWindow: props.backupWindow ?? '01:00-01:30',
    preferredMaintenanceWindow: props.maintenanceWindow ?? 'sun:02:00-sun:02:30',
    // Whoever deletes a server by mistake can still restore any second of its last days.
    deleteAutomatedBackups: false,
    // Told, so that another choice of RDS is not a surprise to clients that verify the server.
    caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
  };
  return { shared, storageGiB, removalPolicy };
};

/**
 * Who logged in, and who failed to, is written into the audit log: no statement, so nothing of people, and no password. Kept
 * in any case: as long as a backup of a server is there, RDS does not let its options go.
 * @see RDS.9
 */
const makeOptions = (scope: Construct): OptionGroup => {
  const options = new OptionGroup(scope, 'Options', {
    engine,
    description: 'Primary and replicas',
    configurations: [{ name: 'MARIADB_AUDIT_PLUGIN', settings: { SERVER_AUDIT_EVENTS: 'CONNECT' } }],
  });
  options.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  return options;
};
