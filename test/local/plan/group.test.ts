// What a group launches and where, however its template says so.
import { account, findAttribute, toPhysicalId } from '../../../lib/local/physical';
import { getLaunchTemplate, toGroup } from '../../../lib/local/plan/group';
import { listResources, type ResourceReader } from '../../../lib/local/resource-reader';
import { createResolve } from '../../../lib/local/template';

const region = 'eu-central-1';
const launchTemplate = { LaunchTemplateId: { Ref: 'Clone' }, Version: '1' };

const planGroup = (properties: object, instanceType?: string) => {
  const Resources = {
    Other: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: {} } },
    Clone: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { ImageId: 'ami-0123', InstanceType: instanceType } },
    },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: 'eu-central-1c' } },
    Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize: '1', MaxSize: '2', ...properties } },
  };
  const templates = { fleet: { Resources } };
  const resolve = createResolve(templates, {
    region,
    account,
    ref: (stack, logicalId, resource) => toPhysicalId({ stack, logicalId, resource, region }),
    findAttribute: (stack, logicalId, resource, attribute) =>
      findAttribute({ stack, logicalId, resource, region }, attribute, undefined),
  });
  const byId = (type: string): Map<string, ResourceReader> =>
    new Map(listResources(templates, region, resolve, ({ Type }) => Type === type).map((one) => [one.physicalId, one]));
  const [group] = byId('AWS::AutoScaling::AutoScalingGroup').values() as Iterable<ResourceReader>;
  const template = getLaunchTemplate(group as ResourceReader, byId('AWS::EC2::LaunchTemplate'));
  return toGroup(group as ResourceReader, template, byId('AWS::EC2::Subnet'), region);
};

test('the launch template is the one the group names', () => {
  const plan = planGroup({ LaunchTemplate: launchTemplate }, 't4g.small');
  expect(plan.launchTemplate).toMatchObject({ name: 'Clone', imageId: 'ami-0123', instanceType: 't4g.small' });
});

test('a group of mixed types names it in its policy; the first type is the one that is told', () => {
  const Overrides = [{ InstanceType: 'c7g.large' }, { InstanceType: 'm7g.large' }];
  const mixed = { LaunchTemplate: { LaunchTemplateSpecification: launchTemplate, Overrides } };
  expect(planGroup({ MixedInstancesPolicy: mixed }).launchTemplate).toMatchObject({
    name: 'Clone',
    instanceType: 'c7g.large',
  });
  const alone = { LaunchTemplate: { LaunchTemplateSpecification: launchTemplate } };
  expect(planGroup({ MixedInstancesPolicy: alone }, 't4g.small').launchTemplate.instanceType).toBe('t4g.small');
});

test('a hook that leaves out its time and its default has those of AWS; a group without hooks has none', () => {
  const LifecycleHookSpecificationList = [
    { LifecycleHookName: 'on', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
  ];
  const plan = planGroup({ LaunchTemplate: launchTemplate, LifecycleHookSpecificationList }, 't4g.small');
  expect(plan.launchHook).toEqual({ name: 'on', timeoutSeconds: 3600, defaultResult: 'ABANDON' });
  expect(plan.stopHook).toBeUndefined();
});

test('a group that names none is refused', () => {
  expect(() => planGroup({})).toThrow('fleet/Group: must name a launch template of the templates, got: none');
});

test('zones are those of the subnets; of a subnet that was there before, the first zone of the region', () => {
  const planned = (VPCZoneIdentifier: unknown[]) =>
    planGroup({ LaunchTemplate: launchTemplate, VPCZoneIdentifier }, 't4g.small').zones;
  expect(planned([{ Ref: 'Subnet' }])).toEqual(['eu-central-1c']);
  expect(planned(['subnet-0123', 'subnet-4567'])).toEqual(['eu-central-1a']);
  expect(planned([{ Ref: 'Subnet' }, 'subnet-4567'])).toEqual(['eu-central-1c', 'eu-central-1a']);
});
