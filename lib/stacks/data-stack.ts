// Everything people would miss: database, sessions, objects and the secrets to them. Nothing else of a stage is kept.
import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outputs, stackName } from '../config/names';
import { reservedMemoryPercent } from '../config/node-types';
import { ports } from '../config/ports';
import { isOn, type StageConfig } from '../config/stage-config';
import { Cache } from '../constructs/cache';
import { CacheUsers } from '../constructs/cache-users';
import { Database } from '../constructs/database';
import type { NetworkStack } from './network-stack';
import { StageStack } from './stage-stack';

export interface DataStackProps {
  config: StageConfig;
  network: NetworkStack;
}

/** Days of snapshots of sessions: whoever was logged in within them still is after a restore. */
const sessionSnapshotDays = 7;

export class DataStack extends StageStack {
  readonly sessions: Cache;
  readonly objects: Cache;
  readonly cacheUsers: CacheUsers;
  readonly database: Database;

  constructor(scope: Construct, { config, network }: DataStackProps) {
    const isProtected = isOn(config.deletionProtection);
    super(scope, 'data', config, { description: 'Database and caches', terminationProtection: isProtected });
    const { vpc, dataSubnets } = network.network;

    this.cacheUsers = new CacheUsers(this, 'CacheUsers', { name: stackName(config.stage, 'data') });
    const cache = {
      subnets: dataSubnets,
      securityGroup: network.firewall.caches,
      port: ports.cache,
      userGroupId: this.cacheUsers.groupId,
      reservedMemoryPercent,
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.SNAPSHOT,
    };
    this.sessions = new Cache(this, 'Sessions', {
      ...cache,
      description: `Sessions of ${config.stage}`,
      nodeType: config.sessions.nodeType,
      replicas: config.sessions.replicas,
      // A full cache refuses new sessions; it must never throw out people who are logged in.
      evictionPolicy: 'noeviction',
      snapshotDays: sessionSnapshotDays,
    });
    this.objects = new Cache(this, 'Objects', {
      ...cache,
      description: `Objects of ${config.stage}`,
      nodeType: config.objects.nodeType,
      replicas: config.objects.replicas,
      evictionPolicy: config.objects.evictionPolicy,
    });
    this.database = new Database(this, 'Database', {
      vpc,
      subnets: dataSubnets,
      securityGroup: network.firewall.database,
      instanceType: config.database.class.replace(/^db\./, ''),
      storageGiB: config.database.storageGiB,
      maxStorageGiB: config.database.maxStorageGiB,
      replicas: config.database.replicas,
      backupDays: config.database.backupDays,
      multiAz: isOn(config.database.multiAz),
      deletionProtection: isProtected,
      port: ports.database,
      databaseName: 'clonekit',
      username: 'clonekit_main',
    });

    const replicaIds = this.database.replicas.map((replica) => replica.instanceIdentifier);
    new CfnOutput(this, outputs.data.sessionsId, { value: this.sessions.id });
    new CfnOutput(this, outputs.data.objectsId, { value: this.objects.id });
    new CfnOutput(this, outputs.data.primaryId, { value: this.database.primary.instanceIdentifier });
    if (replicaIds.length > 0) new CfnOutput(this, outputs.data.replicaIds, { value: replicaIds.join(',') });
  }
}
