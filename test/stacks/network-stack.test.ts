// The network: three tiers in every zone, and only the rules that the app needs.
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

  test('rules between our own machines name groups, never ranges', () => {
    const rules = ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'].flatMap((type) =>
      resourcesOf(network, type),
    );
    expect(rules).toHaveLength(6);
    expect(JSON.stringify(rules)).not.toContain('Cidr');
  });
});

test('a NAT gateway per zone is a config’s choice', () => {
  const { network } = devWith((config) => {
    config.natGateways = 2;
  }).templates;
  expect(resourcesOf(network, 'AWS::EC2::NatGateway')).toHaveLength(2);
});

test('the range of the config is the network’s', () => {
  const { network } = devWith((config) => {
    config.cidr = '10.99.0.0/20';
  }).templates;
  expect(onlyResource(network, 'AWS::EC2::VPC').Properties.CidrBlock).toBe('10.99.0.0/20');
});
