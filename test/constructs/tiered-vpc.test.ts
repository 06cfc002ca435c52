// A network in three tiers.
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { TieredVpc, type TieredVpcProps } from '../../lib/constructs/tiered-vpc';
import { inStack, propertiesOf, rightsOf, templateOf } from './built';

const minimal: TieredVpcProps = {
  cidr: '10.0.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
};
const build = (props: Partial<TieredVpcProps> = {}) =>
  templateOf((stack) => new TieredVpc(stack, 'Network', { ...minimal, ...props }));

const routeTablesOf = (template: ReturnType<typeof build>, tier: string): string[] =>
  Object.keys(template.findResources('AWS::EC2::RouteTable')).filter((id) => id.includes(`${tier}Subnet`));

/** Whatever would be replaced, or lose its addresses, if it were another. */
const lasting = (template: ReturnType<typeof build>) => ({
  subnets: Object.entries(template.findResources('AWS::EC2::Subnet')).map(([id, { Properties }]) => [
    id,
    Properties.CidrBlock,
    Properties.AvailabilityZone,
  ]),
  routeTables: Object.keys(template.findResources('AWS::EC2::RouteTable')),
  associations: template.findResources('AWS::EC2::SubnetRouteTableAssociation'),
});

test('minimal: three equal tiers in two zones, no NAT gateway, a month of flow logs', () => {
  const template = build();
  const ranges = lasting(template).subnets.map(([, range]) => range);
  expect(ranges).toEqual(['0', '32', '64', '96', '128', '160'].map((start) => `10.0.${start}.0/19`));
  template.resourceCountIs('AWS::EC2::NatGateway', 0);
  const log = propertiesOf(template, 'AWS::Logs::LogGroup');
  expect(log.RetentionInDays).toBe(30);
  expect(log).not.toHaveProperty('KmsKeyId');
});

test('maximal: every prop arrives', () => {
  const template = templateOf(
    (stack) =>
      new TieredVpc(stack, 'Network', {
        cidr: '10.64.0.0/18',
        availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
        subnetPrefix: 22,
        natGateways: 3,
        flowLogRetention: RetentionDays.ONE_YEAR,
        encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/flow-logs'),
      }),
  );
  expect(propertiesOf(template, 'AWS::EC2::VPC').CidrBlock).toBe('10.64.0.0/18');
  template.resourceCountIs('AWS::EC2::Subnet', 9);
  template.hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: 'eu-central-1c', CidrBlock: '10.64.32.0/22' });
  template.resourceCountIs('AWS::EC2::NatGateway', 3);
  expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toMatchObject({
    RetentionInDays: 365,
    KmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/flow-logs',
  });
});

test.each([0, 1, 2])('with %i NAT gateways each tier has a subnet in each zone', (natGateways) => {
  const tiers = inStack((stack) => {
    const { vpc, publicSubnets, cloneSubnets, dataSubnets } = new TieredVpc(stack, 'Network', {
      ...minimal,
      natGateways,
    });
    return [publicSubnets, cloneSubnets, dataSubnets].map((subnets) =>
      subnets.map((subnet) => [subnet.node.path.replace(`${vpc.node.path}/`, ''), subnet.availabilityZone]),
    );
  });
  expect(tiers).toEqual(
    ['Public', 'Clones', 'Data'].map((tier) => [
      [`${tier}Subnet1`, 'eu-central-1a'],
      [`${tier}Subnet2`, 'eu-central-1b'],
    ]),
  );
});

test.each([1, 2])('going from no NAT gateway to %i replaces nothing and moves no address', (natGateways) => {
  expect(lasting(build({ natGateways }))).toEqual(lasting(build({ natGateways: 0 })));
});

test('without a NAT gateway only public subnets have a default route', () => {
  const routes = Object.values(build().findResources('AWS::EC2::Route')).map(({ Properties }) => Properties);
  expect(routes.map(({ RouteTableId }) => RouteTableId.Ref).sort()).toEqual(routeTablesOf(build(), 'Public').sort());
});

test('with a NAT gateway the clones’ subnets have a default route to it', () => {
  const template = build({ natGateways: 1 });
  for (const table of routeTablesOf(template, 'Clones')) {
    template.hasResourceProperties('AWS::EC2::Route', {
      RouteTableId: { Ref: table },
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: { Ref: Object.keys(template.findResources('AWS::EC2::NatGateway'))[0] },
    });
  }
});

test.each([0, 1])('with %i NAT gateways clones and data reach S3 inside the network', (natGateways) => {
  const template = build({ natGateways });
  const endpoint = propertiesOf(template, 'AWS::EC2::VPCEndpoint');
  expect(endpoint).toMatchObject({ VpcEndpointType: 'Gateway' });
  expect(JSON.stringify(endpoint.ServiceName)).toMatch(/\.s3"/);
  expect((endpoint.RouteTableIds as { Ref: string }[]).map(({ Ref }) => Ref).sort()).toEqual(
    [...routeTablesOf(template, 'Clones'), ...routeTablesOf(template, 'Data')].sort(),
  );
});

test('all traffic is logged, with rights to this log and to no other', () => {
  const template = build();
  const [role] = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) => id.includes('FlowLogWriter'));
  expect(propertiesOf(template, 'AWS::EC2::FlowLog')).toMatchObject({
    ResourceType: 'VPC',
    TrafficType: 'ALL',
    DeliverLogsPermissionArn: { 'Fn::GetAtt': [role, 'Arn'] },
  });
  expect(rightsOf(template)).toEqual([
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^NetworkFlowLogs/), 'Arn'] },
    },
  ]);
  template.resourceCountIs('AWS::IAM::Policy', 0);
});

test('nothing gets a public address by being launched', () => {
  build().allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
});

test('the default security group lets nothing through', () => {
  build().resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
});

test.each([0, 2])(
  'with %i NAT gateways data has no way out: no route but those of the network and of S3',
  (natGateways) => {
    const template = build({ natGateways });
    const routes = JSON.stringify(template.findResources('AWS::EC2::Route'));
    const tables = routeTablesOf(template, 'Data');
    expect(tables).toHaveLength(2);
    for (const table of tables) expect(routes).not.toContain(table);
  },
);
