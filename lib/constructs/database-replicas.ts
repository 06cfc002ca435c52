// Copies of a primary that are read from, and the only place for what is true of copies and of no primary.
import { type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import {
  type CfnDBInstance,
  type DatabaseInstance,
  type DatabaseInstanceNewProps,
  DatabaseInstanceReadReplica,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { DatabaseMonitoring } from './database-monitoring';
import { engine } from './database-server';

export interface DatabaseReplica {
  /**
   * RDS instance class without its `db.`.
   * @default - the primary's: a smaller one cannot take over the primary's load
   */
  readonly instanceType?: string;
  /**
   * Full name of its availability zone, e.g. `eu-central-1b`.
   * @default - RDS chooses
   */
  readonly availabilityZone?: string;
}

export interface DatabaseReplicasProps {
  readonly primary: DatabaseInstance;
  /** Class of a replica that has none of its own. */
  readonly instanceType: string;
  /** Prefix of the identifiers `<name>-replica-1`, … */
  readonly name: string;
  readonly replicas: readonly DatabaseReplica[];
  /** What they have in common with the primary. */
  readonly shared: DatabaseInstanceNewProps;
  readonly monitoring: DatabaseMonitoring;
  readonly removalPolicy: RemovalPolicy;
}

/** Each costs what a server of its class does, without a standby. One that is promoted has backups from that moment on. */
export class DatabaseReplicas extends Construct {
  readonly servers: readonly DatabaseInstanceReadReplica[];

  constructor(scope: Construct, id: string, props: DatabaseReplicasProps) {
    super(scope, id);
    this.servers = props.replicas.map((replica, index) => this.#makeServer(replica, index + 1, props));
    if (this.servers.length === 0) return;
    acknowledge(
      this,
      { RDS2: ['solutions'], RDSStorageEncrypted: ['nist', 'pci', 'hipaa'] },
      'a replica is encrypted because its primary is; CloudFormation asks that it is not said of a replica again',
    );
    acknowledge(
      this,
      { RDS3: ['solutions'], RDSMultiAZSupport: ['nist', 'hipaa'] },
      'a lost replica is made anew, and reads go to the others meanwhile: a standby of it would wait for nothing',
    );
  }

  #makeServer(replica: DatabaseReplica, number: number, props: DatabaseReplicasProps): DatabaseInstanceReadReplica {
    const { name, monitoring } = props;
    const type = replica.instanceType ?? props.instanceType;
    const identifier = `${name}-replica-${number}`;
    const server = new DatabaseInstanceReadReplica(this, `Replica${number}`, {
      ...props.shared,
      ...monitoring.toWatchedProps(type),
      sourceDatabaseInstance: props.primary,
      instanceIdentifier: identifier,
      instanceType: new InstanceType(type),
      availabilityZone: replica.availabilityZone,
      // RDS takes no last snapshot of a replica. Where the primary may go, its copies may; else one may be promoted.
      removalPolicy: props.removalPolicy,
    });
    // CDK leaves it out. CloudFormation then asks RDS, and whoever reads the template cannot know what the port is the usual of.
    (server.node.defaultChild as CfnDBInstance).engine = engine.engineType;
    if (replica.availabilityZone) {
      const reason = 'In which zone a replica is, is said on purpose: spread over zones, the loss of one leaves others';
      Validations.of(server).acknowledge({ id: 'CloudFormation-Validate::W3010', reason });
    }
    monitoring.addLogs(server, identifier);
    return server;
  }
}
