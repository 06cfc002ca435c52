// Who may talk to a fleet that is given no security groups.
import { FleetFirewall } from '../../lib/constructs/fleet-firewall';
import { surroundings, templateOf } from './built';

const template = templateOf(
  (stack) =>
    new FleetFirewall(stack, 'Firewall', { vpc: surroundings(stack).vpc, publicPorts: [80, 443], clonePort: 9000 }),
);
const groupOf = (side: string) => {
  const found = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).find(([id]) =>
    id.startsWith(`Firewall${side}`),
  );
  if (!found) throw new Error(`no security group for ${side}`);
  return { id: found[0], properties: found[1].Properties };
};

test('the world reaches the load balancer on its ports, and nothing else', () => {
  expect(groupOf('LoadBalancer').properties.SecurityGroupIngress).toMatchObject([
    { CidrIp: '0.0.0.0/0', FromPort: 80, ToPort: 80 },
    { CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 },
  ]);
  expect(groupOf('Clones').properties).not.toHaveProperty('SecurityGroupIngress');
});

test('clones are reached by the load balancer only, on their port', () => {
  const [rule, ...others] = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
  expect(others).toEqual([]);
  expect(rule?.Properties).toMatchObject({
    GroupId: { 'Fn::GetAtt': [groupOf('Clones').id, 'GroupId'] },
    SourceSecurityGroupId: { 'Fn::GetAtt': [groupOf('LoadBalancer').id, 'GroupId'] },
    FromPort: 9000,
    ToPort: 9000,
  });
});

test('the load balancer reaches clones only', () => {
  expect(groupOf('LoadBalancer').properties).not.toHaveProperty('SecurityGroupEgress');
  const [rule, ...others] = Object.values(template.findResources('AWS::EC2::SecurityGroupEgress'));
  expect(others).toEqual([]);
  expect(rule?.Properties).toMatchObject({
    GroupId: { 'Fn::GetAtt': [groupOf('LoadBalancer').id, 'GroupId'] },
    DestinationSecurityGroupId: { 'Fn::GetAtt': [groupOf('Clones').id, 'GroupId'] },
    FromPort: 9000,
  });
});

test('clones reach AWS’s API on 443, and nothing else', () => {
  expect(groupOf('Clones').properties.SecurityGroupEgress).toMatchObject([
    { CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 },
  ]);
});
