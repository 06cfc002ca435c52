// The caches of `dev`, written plainly: L1s, for ElastiCache has no others; their users, logs and alarms.
import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  CfnParameterGroup,
  CfnReplicationGroup,
  CfnSubnetGroup,
  CfnUser,
  CfnUserGroup,
} from 'aws-cdk-lib/aws-elasticache';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Watched } from './alarms';
import type { NetworkStack } from './network';

const period = Duration.minutes(1);
const access = [
  'on ~* -@all +@read +@write +@connection +@transaction -@dangerous',
  '-@scripting +eval +evalsha +script|load +script|exists',
  '+time +info +cluster|info +cluster|slots +cluster|shards +cluster|nodes',
].join(' ');

export class Caches extends Construct {
  readonly secret: Secret;
  readonly appUser: CfnUser;
  readonly sessions: CfnReplicationGroup;
  readonly objects: CfnReplicationGroup;
  private readonly userGroup: CfnUserGroup;

  constructor(scope: Construct, id: string, network: NetworkStack) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'User of the caches of clonekit-dev-data',
      encryptionKey: network.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'clonekit-dev-data-app' }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const passwords = [this.secret.secretValueFromJson('password').unsafeUnwrap()];
    this.appUser = new CfnUser(this, 'AppUser', {
      engine: 'valkey',
      userId: 'clonekit-dev-data-app',
      userName: 'clonekit-dev-data-app',
      accessString: access,
      passwords,
    });
    const nobody = new CfnUser(this, 'DefaultUser', {
      engine: 'valkey',
      userId: 'clonekit-dev-data-default',
      userName: 'default',
      accessString: 'off ~* -@all',
      passwords,
    });
    this.userGroup = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: 'clonekit-dev-data',
      userIds: [nobody.ref, this.appUser.ref],
    });
    for (const each of [this.appUser, nobody, this.userGroup]) each.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.sessions = this.makeCache('sessions', network, { nodes: 2, eviction: 'noeviction', snapshotDays: 15 });
    this.objects = this.makeCache('objects', network, { nodes: 1, eviction: 'allkeys-lru', snapshotDays: 0 });
  }

  watch(): Watched[] {
    const nodes = [`${this.sessions.ref}-001`, `${this.sessions.ref}-002`];
    return [
      {
        id: 'SessionsEvictions',
        title: 'Sessions thrown out of memory',
        whatToDo: 'People are signed out: set maxmemory-policy back to noeviction, then use a larger node type.',
        metric: toMost('Evictions', Stats.SUM, nodes),
        threshold: 0,
        periods: [1, 1],
      },
      {
        id: 'SessionsMemory',
        title: 'Memory of the sessions cache, percent',
        whatToDo: 'When it is full nobody can sign in: use a larger node type today, it happens online.',
        metric: toMost('DatabaseMemoryUsagePercentage', Stats.MAXIMUM, nodes),
        threshold: 80,
      },
      {
        id: 'SessionsProcessor',
        title: 'Processor of the sessions cache, percent',
        whatToDo: 'One thread answers all: use a larger node type, after a look for commands that walk over every key.',
        metric: toMost('EngineCPUUtilization', Stats.MAXIMUM, nodes),
        threshold: 90,
        periods: [15, 15],
      },
      {
        id: 'SessionsFailover',
        title: 'Failovers of the sessions cache',
        whatToDo: 'Clones find the new primary by themselves within seconds. Read the events of the cache.',
        metric: new MathExpression({
          expression: 'ABS(DIFF(primary))',
          usingMetrics: { primary: toMetric('IsMaster', Stats.MAXIMUM, `${this.sessions.ref}-001`) },
          period,
          label: 'failovers',
        }),
        threshold: 0,
        periods: [1, 1],
      },
      {
        id: 'ObjectsProcessor',
        title: 'Processor of the objects cache, percent',
        whatToDo: 'One thread answers all: use a larger node type, after a look for commands that walk over every key.',
        metric: toMetric('EngineCPUUtilization', Stats.MAXIMUM, `${this.objects.ref}-001`),
        threshold: 90,
        periods: [15, 15],
      },
    ];
  }

  private makeCache(
    purpose: string,
    network: NetworkStack,
    { nodes, eviction, snapshotDays }: { nodes: number; eviction: string; snapshotDays: number },
  ): CfnReplicationGroup {
    const description = `Keeps ${purpose}`;
    const parameters = new CfnParameterGroup(this, `${purpose}Parameters`, {
      cacheParameterGroupFamily: 'valkey9',
      description,
      properties: { 'maxmemory-policy': eviction, 'reserved-memory-percent': '25' },
    });
    const subnets = new CfnSubnetGroup(this, `${purpose}Subnets`, {
      description,
      subnetIds: network.subnetsOf('Data').map(({ subnetId }) => subnetId),
    });
    for (const each of [parameters, subnets]) each.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const logDeliveryConfigurations = ['slow-log', 'engine-log'].map((logType) => ({
      logType,
      logFormat: 'json',
      destinationType: 'cloudwatch-logs',
      destinationDetails: {
        cloudWatchLogsDetails: {
          logGroup: new LogGroup(this, `${purpose}-${logType}`, {
            retention: RetentionDays.ONE_MONTH,
            encryptionKey: network.key,
            removalPolicy: RemovalPolicy.DESTROY,
          }).logGroupName,
        },
      },
    }));
    const group = new CfnReplicationGroup(this, purpose, {
      replicationGroupDescription: description,
      engine: 'valkey',
      engineVersion: '9.0',
      cacheNodeType: 'cache.t4g.micro',
      numCacheClusters: nodes,
      automaticFailoverEnabled: nodes > 1,
      multiAzEnabled: nodes > 1,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [network.groups.caches.securityGroupId],
      port: 6380,
      atRestEncryptionEnabled: true,
      kmsKeyId: network.key.keyId,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      userGroupIds: [this.userGroup.ref],
      snapshotRetentionLimit: snapshotDays,
      snapshotWindow: snapshotDays > 0 ? '01:00-02:00' : undefined,
      preferredMaintenanceWindow: 'sun:03:00-sun:04:00',
      autoMinorVersionUpgrade: true,
      logDeliveryConfigurations,
    });
    group.applyRemovalPolicy(RemovalPolicy.SNAPSHOT);
    Tags.of(group).add('clonekit:purpose', purpose);
    return group;
  }
}

const toMetric = (metricName: string, statistic: string, node: string): Metric =>
  new Metric({
    namespace: 'AWS/ElastiCache',
    metricName,
    dimensionsMap: { CacheClusterId: node },
    period,
    statistic,
    label: node,
  });

const toMost = (metricName: string, statistic: string, nodes: readonly string[]): IMetric =>
  new MathExpression({
    expression: 'MAX(METRICS())',
    usingMetrics: Object.fromEntries(nodes.map((node, i) => [`node${i + 1}`, toMetric(metricName, statistic, node)])),
    period,
    label: metricName,
  });
