// The network: three tiers in every zone, and only the rules that the app needs.
import { isNewNetwork, type NewNetwork } from '../../lib/config/stage-config';
import { devWith, onlyResource, resourcesOf, synthesizedStages, toSnapshot } from './synthesized';

const stages = synthesizedStages();

describe.each(stages)('in %s', (_, { templates }, config) => {
  const { network } = templates;

  test('the template is as reviewed', () => {
    expect(toSnapshot(network)).toMatchSnapshot();
  });

  test('every tier has a subnet in every zone', () => {
    const subnets = resourcesOf(network, 'AWS::EC2::Subnet').map(({ Properties }) => Properties);
    const zones = config.zones.map((zone) => `${config.region}${zone}`);
    expect(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([...zones, ...zones, ...zones]);
    expect(new Set(subnets.map(({ CidrBlock }) => CidrBlock)).size).toBe(3 * zones.length);
  });

  test('the load balancer is open on the ports it listens on, and nothing else is open at all', () => {
    const open = resourcesOf(network, 'AWS::EC2::SecurityGroup').flatMap(
      ({ Properties }) => (Properties.SecurityGroupIngress ?? []) as { CidrIp: string; FromPort: number }[],
    );
    expect(open.map(({ FromPort }) => FromPort)).toEqual('certificateArn' in config.https ? [443, 80] : [80]);
  });

  test('rules between our own machines, and to AWS, name groups and lists, never ranges', () => {
    const rules = ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'].flatMap((type) =>
      resourcesOf(network, type),
    );
    expect(rules.length).toBeGreaterThanOrEqual(14);
    expect(JSON.stringify(rules)).not.toContain('Cidr');
  });

  test('clones are let out to the internet only where there is a NAT gateway', () => {
    const out = resourcesOf(network, 'AWS::EC2::SecurityGroup').filter(({ Properties }) =>
      JSON.stringify(Properties.SecurityGroupEgress ?? []).includes('0.0.0.0/0'),
    );
    const hasNat = isNewNetwork(config.network) && config.network.nat !== 'none';
    expect(out).toHaveLength(hasNat ? 2 : 0);
    expect(resourcesOf(network, 'AWS::EC2::NatGateway').length > 0).toBe(hasNat);
  });

  test('key and logs outlive the stack', () => {
    const kept = ['AWS::KMS::Key', 'AWS::S3::Bucket'].flatMap((type) => resourcesOf(network, type));
    expect(kept).toHaveLength(3);
    for (const each of kept)
      expect(each).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });

  test('whoever is named is told of alarms', () => {
    const told = resourcesOf(network, 'AWS::SNS::Subscription').map(({ Properties }) => Properties.Endpoint);
    expect(told).toEqual('emails' in config.alarms ? config.alarms.emails : []);
  });
});

const toNetwork = (change: Partial<NewNetwork>) =>
  devWith((config) => {
    config.network = { cidr: '10.10.0.0/16', nat: 'none', endpoints: 'one-zone', ...change };
  }).templates.network;

test.each([
  ['none', 0],
  ['one', 1],
  ['per-zone', 2],
] as const)('%s is so many NAT gateways: %i', (nat, count) => {
  expect(resourcesOf(toNetwork({ nat }), 'AWS::EC2::NatGateway')).toHaveLength(count);
});

test('endpoints are in one zone or in every zone', () => {
  const zonesOf = (endpoints: NewNetwork['endpoints']): Set<unknown> =>
    new Set(
      resourcesOf(toNetwork({ nat: 'one', endpoints }), 'AWS::EC2::VPCEndpoint')
        .map(({ Properties }) => Properties.SubnetIds as unknown[] | undefined)
        .filter((subnets) => subnets !== undefined)
        .map((subnets) => subnets.length),
    );
  expect(zonesOf('one-zone')).toEqual(new Set([1]));
  expect(zonesOf('every-zone')).toEqual(new Set([2]));
});

test('a third zone moves no subnet that is there', () => {
  const subnetsOf = (zones: string[]): unknown[] =>
    resourcesOf(
      devWith((config) => {
        config.zones = zones;
      }).templates.network,
      'AWS::EC2::Subnet',
    ).map(({ Properties }) => [Properties.AvailabilityZone, Properties.CidrBlock]);
  const before = subnetsOf(['a', 'b']);
  expect(before).toHaveLength(6);
  expect(subnetsOf(['a', 'b', 'c'])).toEqual(expect.arrayContaining(before));
});

test('the range of the config is the network’s', () => {
  expect(onlyResource(toNetwork({ cidr: '10.99.0.0/20' }), 'AWS::EC2::VPC').Properties.CidrBlock).toBe('10.99.0.0/20');
});

describe('in a network there is', () => {
  const existing = {
    vpcId: 'vpc-0aaaaaaaaaaaaaaaa',
    publicSubnetIds: ['subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa2'],
    cloneSubnetIds: ['subnet-0aaaaaaaaaaaaaaa3', 'subnet-0aaaaaaaaaaaaaaa4'],
    dataSubnetIds: ['subnet-0aaaaaaaaaaaaaaa5', 'subnet-0aaaaaaaaaaaaaaa6'],
    cloneAddresses: 200,
    endpointsSecurityGroupId: 'sg-0aaaaaaaaaaaaaaaa',
  };
  const { network, data, fleet } = devWith((config) => {
    config.network = existing;
  }).templates;

  test('nothing is made but security groups, key and logs', () => {
    const types = new Set(Object.values(network.Resources).map(({ Type }) => Type));
    expect([...types].filter((type) => type.startsWith('AWS::EC2::')).sort()).toEqual([
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress',
    ]);
  });

  test('every tier is where it was said', () => {
    expect(onlyResource(fleet, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Properties.Subnets).toEqual(
      existing.publicSubnetIds,
    );
    expect(onlyResource(fleet, 'AWS::AutoScaling::AutoScalingGroup').Properties.VPCZoneIdentifier).toEqual(
      existing.cloneSubnetIds,
    );
    for (const type of ['AWS::RDS::DBSubnetGroup', 'AWS::ElastiCache::SubnetGroup']) {
      for (const { Properties } of resourcesOf(data, type)) {
        expect(Properties.SubnetIds).toEqual(existing.dataSubnetIds);
      }
    }
  });

  test('its endpoints’ group is named, and not changed', () => {
    const groups = resourcesOf(network, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties.GroupId);
    expect(groups).not.toContain(existing.endpointsSecurityGroupId);
    const out = resourcesOf(network, 'AWS::EC2::SecurityGroupEgress').filter(
      ({ Properties }) => Properties.DestinationSecurityGroupId === existing.endpointsSecurityGroupId,
    );
    expect(out).toHaveLength(3);
  });
});
