// Everything people would miss: database, sessions, objects, pictures and the secrets to them. Nothing else of a stage is kept.
import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { derive } from '../config/derived';
import { outputs, product, stackName } from '../config/names';
import { isOn, isRefused, type StageConfig } from '../config/stage-config';
import { acknowledge } from '../constructs/acknowledge';
import { Alarms } from '../constructs/alarms';
import { Cache } from '../constructs/cache';
import { cacheFigures } from '../constructs/cache-figures';
import { CacheUsers } from '../constructs/cache-users';
import { Database } from '../constructs/database';
import { databaseFigures } from '../constructs/database-figures';
import type { Figure } from '../constructs/figure';
import { PasswordRotations } from '../constructs/password-rotations';
import { Pictures } from '../constructs/pictures';
import { rotationFigure } from '../constructs/rotation-figure';
import type { NetworkStack } from './network-stack';
import { makeObjects, type ObjectsCache, type SharedCacheProps } from './objects';
import { StageStack } from './stage-stack';

export interface DataStackProps {
  config: StageConfig;
  network: NetworkStack;
}

export class DataStack extends StageStack {
  readonly sessions: Cache;
  readonly objects: ObjectsCache;
  readonly cacheUsers: CacheUsers;
  readonly database: Database;
  readonly pictures: Pictures;
  /** What is watched here, for the page of the whole fleet. */
  readonly figures: readonly Figure[];

  constructor(scope: Construct, { config, network }: DataStackProps) {
    super(scope, 'data', config, {
      description: 'Database, caches and pictures',
      terminationProtection: isOn(config.deletionProtection),
    });
    const encryptionKey = network.key.key;
    this.cacheUsers = new CacheUsers(this, 'CacheUsers', {
      name: stackName(config.stage, 'data'),
      encryptionKey,
      removalPolicy: isOn(config.deletionProtection) ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    this.sessions = this.#makeSessions(config, network);
    this.objects = makeObjects(this, config.objects, this.#toCacheProps(config, network));
    this.database = this.#makeDatabase(config, network);
    this.pictures = new Pictures(this, 'Pictures', { encryptionKey, logBucket: network.logs });
    // In the clones' subnets: whatever way clones have to AWS's API, passwords have too.
    const rotations = new PasswordRotations(this, 'Rotations', {
      database: this.database,
      cacheUsers: this.cacheUsers,
      caches: [this.sessions, ...this.objects.letsIn],
      vpc: network.network.vpc,
      subnets: network.network.cloneSubnets,
      securityGroup: network.firewall.rotation,
      encryptionKey,
    });
    this.figures = [
      ...databaseFigures({
        primary: this.database.primary,
        replicas: this.database.replicas,
        maxConnections: derive(config).maxConnections,
        storageGiB: config.database.storageGiB,
      }),
      ...cacheFigures({ purpose: 'sessions', nodeIds: this.sessions.nodeIds }),
      ...this.objects.figures,
      rotationFigure(rotations.functions),
    ];
    const alarms = new Alarms(this, 'Alarms', {
      figures: this.figures,
      topic: 'topic' in network.alarms ? network.alarms.topic : undefined,
    });
    this.#acknowledgeRefusals(config, alarms);
    this.#makeOutputs();
  }

  /** What a stage goes without is answered by the reason in its config. */
  #acknowledgeRefusals({ deletionProtection, database, alarms }: StageConfig, made: Alarms): void {
    if (isRefused(deletionProtection)) {
      const findings = { RDS10: ['solutions'], RDSInstanceDeletionProtectionEnabled: ['nist', 'hipaa'] } as const;
      acknowledge(this.database, findings, deletionProtection.refusedBecause);
    }
    if (isRefused(database.multiAz)) {
      const findings = { RDS3: ['solutions'], RDSMultiAZSupport: ['nist', 'hipaa'] } as const;
      acknowledge(this.database.primary, findings, database.multiAz.refusedBecause);
    }
    if (isRefused(alarms)) {
      acknowledge(made, { CloudWatchAlarmAction: ['nist', 'hipaa'] }, alarms.refusedBecause);
    }
  }

  #makeSessions(config: StageConfig, network: NetworkStack): Cache {
    const { nodeType, replicas, durability } = config.sessions;
    return new Cache(this, 'Sessions', {
      ...this.#toCacheProps(config, network),
      purpose: 'sessions',
      nodeType,
      replicas,
      durability: isRefused(durability) ? undefined : durability,
    });
  }

  #toCacheProps(config: StageConfig, { network, firewall, key }: NetworkStack): SharedCacheProps {
    return {
      users: this.cacheUsers,
      subnets: network.dataSubnets,
      securityGroup: firewall.caches,
      encryptionKey: key.key,
      removalPolicy: isOn(config.deletionProtection)
        ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        : RemovalPolicy.SNAPSHOT,
    };
  }

  #makeDatabase(config: StageConfig, { network, firewall, key, alarms }: NetworkStack): Database {
    const { database, region } = config;
    const toInstanceType = (instanceClass: string): string => instanceClass.replace(/^db\./, '');
    return new Database(this, 'Database', {
      name: `${product}-${config.stage}`,
      databaseName: product,
      vpc: network.vpc,
      subnets: network.dataSubnets,
      securityGroup: firewall.database,
      encryptionKey: key.key,
      topic: 'topic' in alarms ? alarms.topic : undefined,
      instanceType: toInstanceType(database.class),
      storageGiB: database.storageGiB,
      maxStorageGiB: database.maxStorageGiB,
      replicas: database.replicas.map((replica) => ({
        instanceType: replica.class && toInstanceType(replica.class),
        availabilityZone: replica.zone && `${region}${replica.zone}`,
      })),
      backupDays: database.backupDays,
      multiAz: isOn(database.multiAz),
      insights: database.insights,
      maxConnections: derive(config).maxConnections,
      deletionProtection: isOn(config.deletionProtection),
    });
  }

  #makeOutputs(): void {
    const { primary, replicas } = this.database;
    const replicaIds = replicas.map((replica) => replica.instanceIdentifier);
    new CfnOutput(this, outputs.data.sessionsId, { value: this.sessions.id });
    new CfnOutput(this, outputs.data.objectsId, { value: this.objects.id });
    new CfnOutput(this, outputs.data.primaryId, { value: primary.instanceIdentifier });
    new CfnOutput(this, outputs.data.pictures, { value: this.pictures.bucket.bucketName });
    if (replicaIds.length > 0) new CfnOutput(this, outputs.data.replicaIds, { value: replicaIds.join(',') });
  }
}
