// What is refused of groups of clones and their templates, at its edges. How many there may be is in capacity-cases.
import { anything, type Cases, fleet, group, launchTemplate, ref, refresh, type Stacks, stackOf } from './templates';

const rolling = { AutoScalingRollingUpdate: { MaxBatchSize: 1 } };
const signals = { CreationPolicy: { ResourceSignal: { Count: 2 } } };

const version = (Version: unknown): Stacks =>
  stackOf({
    Template: launchTemplate({}),
    Group: group({ LaunchTemplate: { LaunchTemplateId: ref('Template'), Version } }),
  });

const versionTold = (got: string): string =>
  'Group: Properties.LaunchTemplate must have the number of a version, or a new template changes nothing in the ' +
  `group: nothing rolls, and there is no version to go back to; got: ${got}`;

const image = (ImageId: unknown, type = 'String'): Stacks =>
  stackOf(fleet({ data: { ImageId } }), { Parameters: { Image: { Type: type } } });

const imageTold = (got: string): string =>
  'Template: Properties.LaunchTemplateData.ImageId must be the id of an image, or clones launched later run other code, ' +
  `a new image rolls nothing, and there is no way back; got: ${got}`;

const health = (properties: Record<string, unknown>): Stacks => stackOf(fleet({ properties }));

const healthTold = (got: string): string =>
  'Group: Properties.HealthCheckType must include ELB behind a load balancer, or a clone whose app has died stays for ' +
  `good, and is never replaced; got: ${got}`;

export const fleetCases: Cases = {
  'two-update-policies': [
    ['a refresh', stackOf({ Group: group({}, { UpdatePolicy: refresh() }) })],
    ['a rolling update', stackOf({ Group: group({}, { UpdatePolicy: rolling }) })],
    [
      'both',
      stackOf({ Group: group({}, { UpdatePolicy: { ...(refresh() as object), ...rolling } }) }),
      'Group: UpdatePolicy must have one of AutoScalingInstanceRefresh and AutoScalingRollingUpdate, or CloudFormation ' +
        'fails the first update of the group; got: ["AutoScalingInstanceRefresh","AutoScalingRollingUpdate"]',
    ],
  ],
  'signals-with-instance-refresh': [
    ['signals with a rolling update', stackOf({ Group: group({}, { UpdatePolicy: rolling, ...signals }) })],
    [
      'signals with a refresh',
      stackOf({ Group: group({}, { UpdatePolicy: refresh(), ...signals }) }),
      'Group: CreationPolicy.ResourceSignal must not be set on a group that is refreshed, or updates roll on without them: ' +
        'an instance refresh reads no signals; got: {"Count":2}',
    ],
  ],
  'replace-root-volume': [
    ['a rolling refresh', stackOf(fleet())],
    [
      'a refresh that keeps the machines',
      stackOf(fleet({ UpdatePolicy: { AutoScalingInstanceRefresh: { Strategy: 'ReplaceRootVolume' } } })),
      'Group: UpdatePolicy.AutoScalingInstanceRefresh.Strategy must be Rolling, or clones go on with what old code left on ' +
        'their other disks, and are clones no more; got: "ReplaceRootVolume"',
    ],
  ],
  'latest-template-version': [
    ['the number of the newest', version({ 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] })],
    ['a number', version('7')],
    [
      'whatever is newest, for one of the types it may launch',
      stackOf({
        Group: group({
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: { Version: '7' },
              Overrides: [{ InstanceType: 't4g.small', LaunchTemplateSpecification: { Version: '$Latest' } }],
            },
          },
        }),
      }),
      versionTold('"$Latest"').replace('LaunchTemplate', 'MixedInstancesPolicy'),
    ],
    ['whatever is newest', version('$Latest'), versionTold('"$Latest"')],
    ['whatever is the default', version('$Default'), versionTold('"$Default"')],
    [
      'the number of the default',
      version({ 'Fn::GetAtt': ['Template', 'DefaultVersionNumber'] }),
      versionTold('{"Fn::GetAtt":["Template","DefaultVersionNumber"]}'),
    ],
  ],
  'launch-configuration': [
    ['a launch template', stackOf(fleet())],
    [
      'a launch configuration',
      stackOf({ Configuration: anything('AWS::AutoScaling::LaunchConfiguration') }),
      'Configuration: Type must be AWS::EC2::LaunchTemplate, or accounts opened since October 2024 cannot create it; got: ' +
        '"AWS::AutoScaling::LaunchConfiguration"',
    ],
  ],
  'desired-capacity': [
    ['only fewest and most', stackOf(fleet())],
    ['a value that is none', stackOf(fleet({ properties: { DesiredCapacity: ref('AWS::NoValue') } }))],
    [
      'a number of clones',
      stackOf(fleet({ properties: { DesiredCapacity: '3' } })),
      'Group: Properties.DesiredCapacity must not be set, or the next deploy resets the fleet to it, whatever the load has ' +
        'made of it; got: "3"',
    ],
  ],
  'image-resolved-at-launch': [
    ['an id', image('ami-0123456789abcdef0')],
    ['a parameter that is an id', image(ref('Image'))],
    ['a name that is looked up at launch', image('resolve:ssm:/image'), imageTold('"resolve:ssm:/image"')],
    ['a name that is looked up at deploy', image('{{resolve:ssm:/image}}'), imageTold('"{{resolve:ssm:/image}}"')],
    [
      'a parameter that is looked up at deploy',
      image(ref('Image'), 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'),
      imageTold('{"Ref":"Image"}'),
    ],
  ],
  'machine-health-only': [
    ['the load balancer asked too', health({ HealthCheckType: 'EC2,ELB' })],
    ['a group behind no load balancer', stackOf({ Group: group() })],
    ['machines alone', health({ HealthCheckType: 'EC2' }), healthTold('"EC2"')],
    ['nothing, which is machines alone', health({ HealthCheckType: undefined }), healthTold('nothing')],
  ],
};
