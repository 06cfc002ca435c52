// What the templates of a stage declare of the resources that the test asks for, in the same form as what is there.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployed } from './deployed';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: as deep as CloudFormation's, and every value is compared
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Record<string, Resource>;
}

export const readTemplates = (folder: string): Template[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

export type Declared = Omit<Deployed, 'stacks'>;

export const typeOf: Record<keyof Declared, string> = {
  networks: 'AWS::EC2::VPC',
  loadBalancers: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  targetGroups: 'AWS::ElasticLoadBalancingV2::TargetGroup',
  groups: 'AWS::AutoScaling::AutoScalingGroup',
  launchTemplates: 'AWS::EC2::LaunchTemplate',
  databases: 'AWS::RDS::DBInstance',
};

const resourcesIn = (templates: readonly Template[], type: string): Resource[] =>
  templates.flatMap(({ Resources }) => Object.values(Resources)).filter(({ Type }) => Type === type);

export function readDeclared(templates: readonly Template[]): Declared {
  const each = <T>(what: keyof Declared, read: (properties: Resource['Properties']) => T): T[] =>
    resourcesIn(templates, typeOf[what]).map(({ Properties }) => read(Properties));
  const [primary] = each('databases', (one) => one).filter((one) => !one.SourceDBInstanceIdentifier);
  return {
    networks: each('networks', (one) => ({ cidr: one.CidrBlock })),
    loadBalancers: each('loadBalancers', (one) => ({ scheme: one.Scheme, zones: one.Subnets.length })),
    targetGroups: each('targetGroups', (one) => ({
      port: one.Port,
      path: one.HealthCheckPath,
      interval: one.HealthCheckIntervalSeconds,
    })),
    groups: each('groups', (one) => ({
      name: one.AutoScalingGroupName,
      min: Number(one.MinSize),
      max: Number(one.MaxSize),
    })),
    launchTemplates: each('launchTemplates', ({ LaunchTemplateData }) => ({
      image: LaunchTemplateData.ImageId,
      type: LaunchTemplateData.InstanceType,
    })),
    databases: each('databases', (one) => ({
      class: one.DBInstanceClass,
      // A replica is as large as its primary, and is not told so.
      storage: Number(one.AllocatedStorage ?? primary?.AllocatedStorage),
      isReplica: Boolean(one.SourceDBInstanceIdentifier),
    })).sort((a, b) => Number(a.isReplica) - Number(b.isReplica)),
  };
}

/** How many of each their policy keeps when the stack goes. */
export const countKept = (templates: readonly Template[]): Record<keyof Declared, number> =>
  Object.fromEntries(
    Object.entries(typeOf).map(([what, type]) => [
      what,
      resourcesIn(templates, type).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain')).length,
    ]),
  ) as Record<keyof Declared, number>;
