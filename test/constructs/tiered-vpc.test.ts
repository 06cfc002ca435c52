// A network in three tiers.
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { TieredVpc, type TieredVpcProps } from '../../lib/constructs/tiered-vpc';
import { propertiesOf, templateOf } from './built';

const minimal: TieredVpcProps = {
  cidr: '10.0.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  subnetPrefix: 19,
  natGateways: 1,
};
const build = (props: Partial<TieredVpcProps> = {}) =>
  templateOf((stack) => new TieredVpc(stack, 'Network', { ...minimal, ...props }));

test('minimal: three tiers in two zones, one NAT gateway, a month of flow logs', () => {
  const template = build();
  template.resourceCountIs('AWS::EC2::Subnet', 6);
  template.resourceCountIs('AWS::EC2::NatGateway', 1);
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
});

test('maximal: every prop arrives', () => {
  const template = build({
    cidr: '10.64.0.0/18',
    availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    subnetPrefix: 22,
    natGateways: 3,
    flowLogRetention: RetentionDays.ONE_YEAR,
  });
  expect(propertiesOf(template, 'AWS::EC2::VPC').CidrBlock).toBe('10.64.0.0/18');
  template.resourceCountIs('AWS::EC2::Subnet', 9);
  template.hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: 'eu-central-1c', CidrBlock: '10.64.32.0/22' });
  template.resourceCountIs('AWS::EC2::NatGateway', 3);
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
});

test('all traffic is logged', () => {
  expect(propertiesOf(build(), 'AWS::EC2::FlowLog')).toMatchObject({ ResourceType: 'VPC', TrafficType: 'ALL' });
});

test('nothing gets a public address by being launched', () => {
  build().allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
});

test('the default security group lets nothing through', () => {
  build().resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
});

test('data has no way out: no default route, no endpoint', () => {
  const template = build();
  const tables = Object.keys(template.findResources('AWS::EC2::RouteTable')).filter((id) => id.includes('DataSubnet'));
  const ways = JSON.stringify([
    template.findResources('AWS::EC2::Route'),
    template.findResources('AWS::EC2::VPCEndpoint'),
  ]);
  expect(tables).toHaveLength(2);
  for (const table of tables) expect(ways).not.toContain(table);
});
