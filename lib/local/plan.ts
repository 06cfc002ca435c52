// Synthesized templates → what to run on this machine. Pure: nothing is started, opened or asked for here.
import { outputs, type StageName, stackName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { type Address, account, findAttribute, toPhysicalId } from './physical';
import { type AlarmPlan, toAlarms } from './plan/alarms';
import { type CachePlan, cacheTypes, toCache } from './plan/cache';
import { userDataOf } from './plan/clone-env';
import { type DatabasePlan, toDatabase } from './plan/database';
import { type DatabaseUserPlan, toDatabaseUsers } from './plan/database-users';
import { type GroupPlan, getLaunchTemplate, toGroup } from './plan/group';
import { type LoadBalancerPlan, type TargetGroupPlan, toLoadBalancer, toTargetGroup } from './plan/load-balancer';
import { type PicturesPlan, toPictures } from './plan/pictures';
import { type RotationPlan, toRotations } from './plan/rotation';
import { toSecretReference } from './plan/secret-reference';
import { listResources, type ResourceReader } from './resource-reader';
import { type SecretPlan, toSecrets } from './secrets';
import { createResolve, type Resolve, type Resource, type Templates } from './template';

export interface StackResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
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
  readonly pictures: PicturesPlan;
  /** Name of the log group of the clones. */
  readonly logGroup: string;
  /** As they were synthesized, by stack. */
  readonly templates: Templates;
  readonly secrets: readonly SecretPlan[];
  /** Which secrets' passwords are replaced by which functions. */
  readonly rotations: readonly RotationPlan[];
  readonly databaseUsers: readonly DatabaseUserPlan[];
  readonly alarms: readonly AlarmPlan[];
  /** The launch template's user data, as text, once it is known where everything listens. */
  toUserData(addresses: ReadonlyMap<string, Address>): string;
  /** Every resource of every stack, by the name that AWS would give to it. */
  readonly resources: readonly StackResource[];
  /** The outputs of every stack, likewise. */
  toOutputs(addresses: ReadonlyMap<string, Address>): Record<string, Record<string, string>>;
}

/** Reads the templates of one stage. Throws an OperatorError naming the part a template lacks. */
export function toPlan(stage: StageName, region: string, templates: Templates): FleetPlan {
  const resolveAt = (addresses: ReadonlyMap<string, Address>): Resolve => {
    const resolve = createResolve(templates, {
      region,
      account,
      ref: (stack, logicalId, resource) =>
        isAttachment(resource)
          ? String(resolve(stack, resource.Properties?.SecretId))
          : toPhysicalId({ stack, logicalId, resource, region }),
      findAttribute: (stack, logicalId, resource, attribute) =>
        findAttribute({ stack, logicalId, resource, region }, attribute, addresses.get(`${stack}/${logicalId}`)),
    });
    return resolve;
  };
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
  const launchTemplate = getLaunchTemplate(group, byId('AWS::EC2::LaunchTemplate'));
  const databases = list('AWS::RDS::DBInstance');
  const primary = databases.find((database) => !database.find('SourceDBInstanceIdentifier'));
  const rotations = toRotations(list('AWS::SecretsManager::RotationSchedule'), list('AWS::Lambda::Function'));
  if (!primary) throw new OperatorError(`templates of ${stage}: must hold a primary AWS::RDS::DBInstance, got: none`);

  return {
    stage,
    region,
    release: output('fleet', outputs.fleet.release),
    loadBalancer: toLoadBalancer(one('AWS::ElasticLoadBalancingV2::LoadBalancer'), list),
    targetGroup: toTargetGroup(one('AWS::ElasticLoadBalancingV2::TargetGroup')),
    group: toGroup(group, launchTemplate, byId('AWS::EC2::Subnet'), region),
    caches: (['sessions', 'objects'] as const).map((purpose) =>
      toCache(purpose, output('data', outputs.data[`${purpose}Id`]), {
        caches: new Map(cacheTypes.flatMap((type) => [...byId(type)])),
        parameterGroups: byId('AWS::ElastiCache::ParameterGroup'),
        userGroups: byId('AWS::ElastiCache::UserGroup'),
        users: list('AWS::ElastiCache::User'),
      }),
    ),
    primary: {
      ...toDatabase('primary', primary, byId('AWS::RDS::DBParameterGroup')),
      databaseName: primary.text('DBName'),
      secretArn: toSecretReference(primary.text('MasterUserPassword'), primary.key).secretArn,
    },
    replicas: databases
      .filter((database) => database !== primary)
      .map((replica) => toDatabase('replica', replica, byId('AWS::RDS::DBParameterGroup'))),
    logGroup: output('fleet', outputs.fleet.logGroup),
    templates,
    pictures: toPictures(output('data', outputs.data.pictures), byId('AWS::S3::Bucket')),
    secrets: toSecrets(
      list('AWS::SecretsManager::Secret'),
      list('AWS::SecretsManager::SecretTargetAttachment'),
      databases,
    ),
    rotations,
    resources: listResources(templates, region, nowhere, () => true).map(({ stack, logicalId, type, physicalId }) => ({
      ...{ stack, logicalId, type, physicalId },
    })),
    databaseUsers: toDatabaseUsers(rotations),
    alarms: toAlarms(list('AWS::CloudWatch::Alarm')),
    toUserData(addresses) {
      const data = resolveAt(addresses)(launchTemplate.stack, userDataOf(templates, launchTemplate));
      return Buffer.from(String(data), 'base64').toString();
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

/** `Ref` of an attachment is the secret's ARN: whoever refers to it means the secret, once it says where the database is. */
const isAttachment = ({ Type }: Resource): boolean => Type === 'AWS::SecretsManager::SecretTargetAttachment';

/** The same fleet, whose clones may take so many times longer to be ready. */
export const withPatience = (plan: FleetPlan, factor: number): FleetPlan => {
  const { launchHook } = plan.group;
  const patient = launchHook && { ...launchHook, timeoutSeconds: launchHook.timeoutSeconds * factor };
  return { ...plan, group: { ...plan.group, launchHook: patient } };
};
