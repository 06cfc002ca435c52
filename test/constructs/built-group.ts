// A group of clones behind a load balancer, and what it comes to: shared by the tests of the group and of its parts.
import type { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { InstanceType, LaunchTemplate, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { deriveReadiness } from '../../lib/config/readiness';
import { CloneGroup, type CloneGroupProps } from '../../lib/constructs/clone-group';
import { PublicLoadBalancer } from '../../lib/constructs/public-load-balancer';
import { propertiesOf, surroundings, templateOf } from './built';

export const makeGroup = (stack: Stack, props: Partial<CloneGroupProps> = {}): CloneGroup => {
  const around = surroundings(stack);
  const readiness = deriveReadiness(180);
  const front = new PublicLoadBalancer(stack, 'Front', {
    ...around,
    https: { refusedBecause: 'a test has no name' },
    readiness,
  });
  const launchTemplate = new LaunchTemplate(stack, 'Template', {
    instanceType: new InstanceType('t4g.small'),
    machineImage: MachineImage.genericLinux({ 'eu-central-1': 'ami-00000000000000001' }),
    securityGroup: around.securityGroup,
  });
  return new CloneGroup(stack, 'Clones', {
    vpc: around.vpc,
    subnets: around.subnets,
    name: 'test',
    launchTemplate,
    targetGroup: front.targetGroup,
    instanceTypes: ['t4g.small'],
    min: 2,
    max: 4,
    readiness,
    ...props,
  });
};

export const buildGroup = (props: Partial<CloneGroupProps> = {}): Template =>
  templateOf((stack) => makeGroup(stack, props));

export const groupOf = (template: Template) =>
  Object.values(template.findResources('AWS::AutoScaling::AutoScalingGroup'))[0] ?? {};

export const mixOf = (template: Template) =>
  propertiesOf(template, 'AWS::AutoScaling::AutoScalingGroup').MixedInstancesPolicy as {
    InstancesDistribution: Record<string, unknown>;
    LaunchTemplate: Record<string, unknown>;
  };

export const refreshOf = (template: Template) => groupOf(template).UpdatePolicy.AutoScalingInstanceRefresh;

export const scalingPoliciesOf = (template: Template) =>
  Object.values(template.findResources('AWS::AutoScaling::ScalingPolicy')).map(({ Properties }) => Properties);

/** What the scheduled actions say, in the order they were given. */
export const scheduleOf = (template: Template) =>
  Object.values(template.findResources('AWS::AutoScaling::ScheduledAction')).map(({ Properties }) => Properties);

/** Props that are refused, and the rest of the message after the path of the group. */
export type Refused = [Partial<CloneGroupProps>, string];

export const wholeFrom = (from: number, to: number): string => `must be a whole number from ${from} to ${to}`;

export const expectRefused = (props: Partial<CloneGroupProps>, message: string): void =>
  expect(() => buildGroup(props)).toThrow(new Error(`Test/Clones.${message}`));
