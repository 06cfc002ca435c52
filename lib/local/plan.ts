// Synthesized templates → what to run on this machine. Pure: nothing is started, opened or asked for here.
import { cloneEnvFile, outputs, type StageName, stackName } from '../config/names';
import { cacheNodeTypes } from '../config/node-types';
import { OperatorError } from '../config/operator-error';
import { type Address, account, findAttribute, toPhysicalId } from './physical';
import { listResources, type ResourceReader } from './resource-reader';
import { type SecretPlan, toSecrets } from './secrets';
import { createResolve, type Resolve, type Resource, type Templates } from './template';

export interface HealthCheckPlan {
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Status codes that count as healthy, as ELB writes them: `200`, `200-299`, `200,302`. */
  readonly matcher: string;
}

export interface LoadBalancerPlan {
  readonly key: string;
  readonly arn: string;
  readonly name: string;
  readonly scheme: string;
  readonly idleTimeoutSeconds: number;
  /** Of the listener that forwards to the clones. */
  readonly listenerPort: number;
  readonly listenerProtocol: string;
}

export interface TargetGroupPlan {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly healthCheck: HealthCheckPlan;
  readonly deregistrationSeconds: number;
  readonly algorithm: string;
}

export interface GroupPlan {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly string[];
  readonly healthCheckType: string;
  readonly graceSeconds: number;
  /** Longest time from launch to ready, from the launch lifecycle hook; absent without a hook. */
  readonly launchHook?: { readonly name: string; readonly timeoutSeconds: number };
  /** Tags that every clone gets at launch. */
  readonly tags: Readonly<Record<string, string>>;
  readonly launchTemplate: {
    readonly id: string;
    readonly name: string;
    readonly imageId: string;
    readonly instanceType: string;
  };
}

export interface CacheUser {
  readonly name: string;
  /** Rules of the engine's access control list, e.g. `on ~* +@all`. */
  readonly access: string;
  /** The secret's ARN and key that hold the password; absent for a user without one. */
  readonly password?: { readonly secretArn: string; readonly key: string };
}

export interface CachePlan {
  readonly purpose: 'sessions' | 'objects';
  readonly key: string;
  readonly id: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly nodeType: string;
  readonly parameterGroup: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** `maxmemory-policy` of the parameter group. */
  readonly policy: string;
  readonly maxMemoryBytes: number;
  readonly users: readonly CacheUser[];
}

export interface DatabasePlan {
  readonly role: 'primary' | 'replica';
  readonly key: string;
  readonly id: string;
  readonly instanceClass: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly multiAz: boolean;
}

export interface FleetPlan {
  readonly stage: StageName;
  readonly region: string;
  readonly release: string;
  readonly loadBalancer: LoadBalancerPlan;
  readonly targetGroup: TargetGroupPlan;
  readonly group: GroupPlan;
  readonly caches: readonly CachePlan[];
  readonly primary: DatabasePlan & { readonly databaseName: string; readonly secretArn: string };
  readonly replicas: readonly DatabasePlan[];
  readonly secrets: readonly SecretPlan[];
  /** The environment the launch template's user data gives a clone, once it is known where everything listens. */
  toCloneEnv(addresses: ReadonlyMap<string, Address>): Record<string, string>;
  /** The outputs of every stack, likewise. */
  toOutputs(addresses: ReadonlyMap<string, Address>): Record<string, Record<string, string>>;
}

/** Reads the templates of one stage. Throws an OperatorError naming the part a template lacks. */
export function toPlan(stage: StageName, region: string, templates: Templates): FleetPlan {
  const resolveAt = (addresses: ReadonlyMap<string, Address>): Resolve =>
    createResolve(templates, {
      region,
      account,
      ref: (stack, logicalId, resource) => toPhysicalId({ stack, logicalId, resource, region }),
      findAttribute: (stack, logicalId, resource, attribute) =>
        findAttribute({ stack, logicalId, resource, region }, attribute, addresses.get(`${stack}/${logicalId}`)),
    });
  const nowhere = resolveAt(new Map());
  const list = (type: string): ResourceReader[] => listResources(templates, region, nowhere, (r) => r.Type === type);
  const one = (type: string): ResourceReader => {
    const [first, second] = list(type);
    if (first && !second) return first;
    throw new OperatorError(`templates of ${stage}: must hold one ${type}, got: ${second ? 'more than one' : 'none'}`);
  };
  const byId = (type: string) => new Map(list(type).map((resource) => [resource.physicalId, resource]));
  const output = (part: 'data' | 'fleet', name: string): string => {
    const stack = stackName(stage, part);
    const value = templates[stack]?.Outputs?.[name]?.Value;
    if (value === undefined) throw new OperatorError(`${stack}: must have an output ${name}, got: none`);
    return String(nowhere(stack, value));
  };

  const group = one('AWS::AutoScaling::AutoScalingGroup');
  const launchTemplate = one('AWS::EC2::LaunchTemplate');
  const databases = list('AWS::RDS::DBInstance');
  const primary = databases.find((database) => !database.find('SourceDBInstanceIdentifier'));
  if (!primary) throw new OperatorError(`templates of ${stage}: must hold a primary AWS::RDS::DBInstance, got: none`);

  return {
    stage,
    region,
    release: output('fleet', outputs.fleet.release),
    loadBalancer: toLoadBalancer(one('AWS::ElasticLoadBalancingV2::LoadBalancer'), list),
    targetGroup: toTargetGroup(one('AWS::ElasticLoadBalancingV2::TargetGroup')),
    group: toGroup(group, launchTemplate, byId('AWS::EC2::Subnet')),
    caches: (['sessions', 'objects'] as const).map((purpose) =>
      toCache(
        purpose,
        output('data', outputs.data[`${purpose}Id`]),
        byId('AWS::ElastiCache::ReplicationGroup'),
        byId('AWS::ElastiCache::ParameterGroup'),
        byId('AWS::ElastiCache::UserGroup'),
        list('AWS::ElastiCache::User'),
      ),
    ),
    primary: {
      ...toDatabase('primary', primary, byId('AWS::RDS::DBParameterGroup')),
      databaseName: primary.text('DBName'),
      secretArn: toSecretReference(primary.text('MasterUserPassword'), primary.key).secretArn,
    },
    replicas: databases
      .filter((database) => database !== primary)
      .map((replica) => toDatabase('replica', replica, byId('AWS::RDS::DBParameterGroup'))),
    secrets: toSecrets(
      list('AWS::SecretsManager::Secret'),
      list('AWS::SecretsManager::SecretTargetAttachment'),
      databases,
    ),
    toCloneEnv(addresses) {
      const data = resolveAt(addresses)(launchTemplate.stack, userDataOf(templates, launchTemplate));
      return toEnvironment(Buffer.from(String(data), 'base64').toString(), launchTemplate.key);
    },
    toOutputs(addresses) {
      const resolve = resolveAt(addresses);
      const entries = Object.entries(templates).map(([stack, { Outputs }]) => [
        stack,
        Object.fromEntries(
          Object.entries(Outputs ?? {}).map(([name, { Value }]) => [name, String(resolve(stack, Value))]),
        ),
      ]);
      return Object.fromEntries(entries);
    },
  };
}

function toLoadBalancer(balancer: ResourceReader, list: (type: string) => ResourceReader[]): LoadBalancerPlan {
  const listener = list('AWS::ElasticLoadBalancingV2::Listener').find((candidate) =>
    candidate.list<{ Type: string }>('DefaultActions').some((action) => action.Type === 'forward'),
  );
  if (!listener) throw new OperatorError(`${balancer.stack}: must have a listener that forwards to clones, got: none`);
  return {
    key: balancer.key,
    arn: balancer.physicalId,
    name: balancer.physicalId.split('/')[2] as string,
    scheme: balancer.findText('Scheme') ?? 'internet-facing',
    idleTimeoutSeconds: Number(balancer.findPair('LoadBalancerAttributes', 'idle_timeout.timeout_seconds') ?? 60),
    listenerPort: listener.number('Port'),
    listenerProtocol: listener.text('Protocol'),
  };
}

function toTargetGroup(group: ResourceReader): TargetGroupPlan {
  const attribute = (key: string) => group.findPair('TargetGroupAttributes', key);
  if (attribute('stickiness.enabled') === 'true') {
    throw new OperatorError(`${group.stack}: ${group.logicalId} must not be sticky: any clone answers anybody`);
  }
  // Where the template says nothing, ELB's own defaults hold.
  return {
    arn: group.physicalId,
    name: group.physicalId.split('/')[1] as string,
    port: group.number('Port'),
    protocol: group.text('Protocol'),
    healthCheck: {
      path: group.findText('HealthCheckPath') ?? '/',
      intervalSeconds: group.findNumber('HealthCheckIntervalSeconds') ?? 30,
      timeoutSeconds: group.findNumber('HealthCheckTimeoutSeconds') ?? 5,
      healthyThreshold: group.findNumber('HealthyThresholdCount') ?? 5,
      unhealthyThreshold: group.findNumber('UnhealthyThresholdCount') ?? 2,
      matcher: group.findText('Matcher.HttpCode') ?? '200',
    },
    deregistrationSeconds: Number(attribute('deregistration_delay.timeout_seconds') ?? 300),
    algorithm: attribute('load_balancing.algorithm.type') ?? 'round_robin',
  };
}

interface LaunchHook {
  readonly LifecycleHookName: string;
  readonly LifecycleTransition: string;
  /** Seconds. */
  readonly HeartbeatTimeout?: number;
}

interface GroupTag {
  readonly Key: string;
  readonly Value: string;
  readonly PropagateAtLaunch: boolean;
}

function toGroup(
  group: ResourceReader,
  launchTemplate: ResourceReader,
  subnets: ReadonlyMap<string, ResourceReader>,
): GroupPlan {
  const hook = group
    .list<LaunchHook>('LifecycleHookSpecificationList')
    .find(({ LifecycleTransition }) => LifecycleTransition === 'autoscaling:EC2_INSTANCE_LAUNCHING');
  const zones = group.list<string>('VPCZoneIdentifier').map((id) => subnets.get(id)?.text('AvailabilityZone'));
  const tags = group.list<GroupTag>('Tags').filter((tag) => tag.PropagateAtLaunch);
  return {
    name: group.physicalId,
    min: group.number('MinSize'),
    max: group.number('MaxSize'),
    zones: [...new Set(zones.filter((zone): zone is string => zone !== undefined))],
    healthCheckType: group.findText('HealthCheckType') ?? 'EC2',
    graceSeconds: group.findNumber('HealthCheckGracePeriod') ?? 0,
    launchHook: hook && { name: hook.LifecycleHookName, timeoutSeconds: hook.HeartbeatTimeout ?? 3600 },
    tags: Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])),
    launchTemplate: {
      id: launchTemplate.physicalId,
      name: launchTemplate.findText('LaunchTemplateName') ?? launchTemplate.logicalId,
      imageId: launchTemplate.text('LaunchTemplateData.ImageId'),
      instanceType: launchTemplate.text('LaunchTemplateData.InstanceType'),
    },
  };
}

function toCache(
  purpose: CachePlan['purpose'],
  id: string,
  groups: ReadonlyMap<string, ResourceReader>,
  parameterGroups: ReadonlyMap<string, ResourceReader>,
  userGroups: ReadonlyMap<string, ResourceReader>,
  users: readonly ResourceReader[],
): CachePlan {
  const group = groups.get(id);
  if (!group) throw new OperatorError(`templates: the output for ${purpose} must name a cache, got: ${id}`);
  const parameterGroup = parameterGroups.get(group.text('CacheParameterGroupName'));
  const parameters = (parameterGroup?.find('Properties') ?? {}) as Record<string, string>;
  const nodeType = group.text('CacheNodeType');
  const memory = cacheNodeTypes[nodeType];
  if (!memory)
    throw new OperatorError(
      `${group.stack}: ${group.logicalId} has a node type without a known memory, got: ${nodeType}`,
    );
  const members = group
    .list<string>('UserGroupIds')
    .flatMap((name) => userGroups.get(name)?.list<string>('UserIds') ?? []);
  return {
    purpose,
    key: group.key,
    id,
    engine: group.text('Engine'),
    engineVersion: group.text('EngineVersion'),
    nodeType,
    parameterGroup: parameterGroup?.physicalId ?? group.text('CacheParameterGroupName'),
    parameters,
    // ElastiCache's default for a group that sets none.
    policy: parameters['maxmemory-policy'] ?? 'volatile-lru',
    maxMemoryBytes: Math.floor(memory.maxMemoryBytes * (1 - Number(parameters['reserved-memory-percent'] ?? 25) / 100)),
    users: users
      .filter((user) => members.includes(user.text('UserId')) || members.includes(user.physicalId))
      .map((user) => {
        const [password] = user.list<string>('Passwords');
        return {
          name: user.text('UserName'),
          access: user.text('AccessString'),
          password: password === undefined ? undefined : toSecretReference(password, user.key),
        };
      }),
  };
}

function toDatabase(
  role: DatabasePlan['role'],
  database: ResourceReader,
  parameterGroups: ReadonlyMap<string, ResourceReader>,
): DatabasePlan {
  const parameterGroup = parameterGroups.get(database.findText('DBParameterGroupName') ?? '');
  const parameters = (parameterGroup?.find('Parameters') ?? {}) as Record<string, unknown>;
  return {
    role,
    key: database.key,
    id: database.physicalId,
    instanceClass: database.text('DBInstanceClass'),
    engine: database.findText('Engine') ?? 'mysql',
    engineVersion: database.findText('EngineVersion') ?? '',
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
    multiAz: database.find('MultiAZ') === true,
  };
}

/** A dynamic reference of CloudFormation: `{{resolve:secretsmanager:ARN:SecretString:KEY::}}`. */
export function toSecretReference(text: string, where: string): { secretArn: string; key: string } {
  const match = /^\{\{resolve:secretsmanager:(.+):SecretString:([^:}]+)[^}]*\}\}$/.exec(text);
  if (match) return { secretArn: match[1] as string, key: match[2] as string };
  throw new OperatorError(`${where}: a password must be a reference to a secret, got: something else`);
}

const userDataOf = (templates: Templates, { stack, logicalId }: ResourceReader): unknown => {
  const resource = templates[stack]?.Resources[logicalId] as Resource;
  return (resource.Properties?.LaunchTemplateData as { UserData?: unknown } | undefined)?.UserData;
};

/** The lines of the environment file that cloud-init would write from this user data. */
export function toEnvironment(userData: string, where: string): Record<string, string> {
  const config = userData.startsWith('#cloud-config\n') ? JSON.parse(userData.slice('#cloud-config\n'.length)) : {};
  const files = (config.write_files ?? []) as { path: string; content: string }[];
  const file = files.find(({ path }) => path === cloneEnvFile);
  if (!file)
    throw new OperatorError(`${where}: user data must be a cloud-config that writes ${cloneEnvFile}, got: none`);
  const lines = file.content.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
