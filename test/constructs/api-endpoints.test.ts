// AWS's own API inside the network.
import { ApiEndpoints, type ApiEndpointsProps } from '../../lib/constructs/api-endpoints';
import { surroundings, templateOf } from './built';

const build = (props: (subnets: ApiEndpointsProps['subnets']) => Partial<ApiEndpointsProps> = () => ({})) =>
  templateOf((stack) => {
    const { vpc, subnets } = surroundings(stack);
    new ApiEndpoints(stack, 'Endpoints', { vpc, subnets, ...props(subnets) });
  });

const endpointsOf = (template: ReturnType<typeof build>): Record<string, unknown>[] =>
  Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => Properties);

const servicesOf = (template: ReturnType<typeof build>): string[] =>
  endpointsOf(template)
    .map(({ ServiceName }) => String(ServiceName).replace('com.amazonaws.eu-central-1.', ''))
    .sort();

test('minimal: what clones call, in every subnet given', () => {
  const template = build();
  expect(servicesOf(template)).toEqual(['autoscaling', 'logs', 'secretsmanager', 'ssm', 'ssmmessages']);
  for (const { SubnetIds } of endpointsOf(template)) expect(SubnetIds).toHaveLength(2);
});

test('maximal: in one zone, and what the machine that bakes calls', () => {
  const template = build((subnets) => ({ subnets: subnets.slice(0, 1), forImageBuilder: true }));
  expect(servicesOf(template)).toEqual([
    ...['autoscaling', 'ec2messages', 'imagebuilder', 'logs', 'secretsmanager', 'ssm', 'ssmmessages'],
  ]);
  for (const { SubnetIds } of endpointsOf(template)) expect(SubnetIds).toHaveLength(1);
});

test('a bake can wait for its zone: its endpoints are in the first subnet only', () => {
  const inZones = endpointsOf(build(() => ({ forImageBuilder: true }))).map(
    ({ SubnetIds }) => (SubnetIds as []).length,
  );
  expect(inZones.sort()).toEqual([1, 1, 2, 2, 2, 2, 2]);
});

test('AWS is called under its usual names', () => {
  for (const endpoint of endpointsOf(build(() => ({ forImageBuilder: true })))) {
    expect(endpoint).toMatchObject({ VpcEndpointType: 'Interface', PrivateDnsEnabled: true });
  }
});

test('only credentials of the own account are of use at any endpoint', () => {
  for (const { PolicyDocument } of endpointsOf(build(() => ({ forImageBuilder: true })))) {
    expect(PolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OwnAccount',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: '*',
          Resource: '*',
          Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  }
});

test('their one security group lets nobody in and nothing out by itself', () => {
  const template = build();
  const [id, group] =
    Object.entries(template.findResources('AWS::EC2::SecurityGroup')).find(([each]) => each.startsWith('Endpoints')) ??
    [];
  expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
  expect(group?.Properties.SecurityGroupEgress).toMatchObject([{ CidrIp: '255.255.255.255/32' }]);
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  for (const { SecurityGroupIds } of endpointsOf(template)) {
    expect(SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [id, 'GroupId'] }]);
  }
});
