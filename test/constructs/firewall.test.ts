// Who may talk to whom.
import { Firewall, type FirewallProps } from '../../lib/constructs/firewall';
import { surroundings, templateOf } from './built';

const build = (props: Partial<FirewallProps> = {}) =>
  templateOf(
    (stack) =>
      new Firewall(stack, 'Firewall', {
        vpc: surroundings(stack).vpc,
        publicPorts: [80],
        clonePort: 8080,
        cachePort: 6380,
        databasePort: 3307,
        ...props,
      }),
  );

interface Rule {
  Description: string;
  FromPort: number;
  ToPort: number;
}

const between = (template: ReturnType<typeof build>, type: 'Ingress' | 'Egress'): Rule[] =>
  Object.values(template.findResources(`AWS::EC2::SecurityGroup${type}`)).map(({ Properties }) => Properties);

test('minimal: people to load balancer, load balancer to clones, clones to data', () => {
  const template = build();
  for (const type of ['Ingress', 'Egress'] as const) {
    const ports = between(template, type).map(({ FromPort, ToPort }) => [FromPort, ToPort]);
    expect(ports.sort()).toEqual([
      [3307, 3307],
      [6380, 6380],
      [8080, 8080],
    ]);
  }
});

test('maximal: every port arrives', () => {
  const template = build({ publicPorts: [443, 80], clonePort: 9000, cachePort: 9001, databasePort: 9002 });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [
      { CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp', Description: 'People' },
      { CidrIp: '0.0.0.0/0', FromPort: 80, ToPort: 80, IpProtocol: 'tcp', Description: 'People' },
    ],
  });
  expect(
    between(template, 'Ingress')
      .map(({ FromPort }) => FromPort)
      .sort(),
  ).toEqual([9000, 9001, 9002]);
});

test('only the load balancer is open to the world', () => {
  const open = Object.entries(build().findResources('AWS::EC2::SecurityGroup')).filter(
    ([, { Properties }]) => Properties.SecurityGroupIngress,
  );
  expect(open.map(([id]) => id)).toEqual([expect.stringMatching(/^FirewallLoadBalancer/)]);
});

test('caches and database may call nobody', () => {
  const template = build();
  for (const [id, { Properties }] of Object.entries(template.findResources('AWS::EC2::SecurityGroup'))) {
    if (!/^Firewall(Caches|Database)/.test(id)) continue;
    expect(Properties.SecurityGroupEgress).toMatchObject([{ CidrIp: '255.255.255.255/32' }]);
  }
});

test('clones call the world by https only', () => {
  const groups = build().findResources('AWS::EC2::SecurityGroup');
  const clones = Object.entries(groups).find(([id]) => id.startsWith('FirewallClones'))?.[1];
  expect(clones?.Properties.SecurityGroupEgress).toMatchObject([{ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }]);
});

test('every rule says what it is for', () => {
  const template = build();
  for (const rule of [...between(template, 'Ingress'), ...between(template, 'Egress')]) {
    expect(rule.Description).not.toMatch(/^(from|to) /);
  }
});
