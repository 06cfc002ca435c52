// Who may talk to whom.
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Firewall, type FirewallProps } from '../../lib/constructs/firewall';
import { surroundings, templateOf } from './built';

const build = (props: Partial<FirewallProps> = {}) =>
  templateOf((stack) => {
    const { vpc, securityGroup } = surroundings(stack);
    new Firewall(stack, 'Firewall', { vpc, endpointsSecurityGroup: securityGroup, ...props });
  });
const everything: Partial<FirewallProps> = { s3PrefixListId: 'pl-6ea54007', internet: true };

type Template = ReturnType<typeof build>;

/** A reference to a group, by its id in the template: the role; the endpoints' group of these tests is SecurityGroup. */
const roleOf = (reference: unknown): string =>
  /(?:Firewall)?([A-Z][A-Za-z]+?)[0-9A-F]{8}/
    .exec(JSON.stringify(reference))?.[1]
    ?.replace('SecurityGroup', 'Endpoints') ?? String(reference);

/** What CDK writes where there is no rule, so that AWS does not let everything out. */
const nowhere = '255.255.255.255/32';

/** Every rule there is, with the group it is of. */
const rulesOf = (template: Template, direction: 'Ingress' | 'Egress'): Record<string, unknown>[] => [
  ...Object.entries(template.findResources('AWS::EC2::SecurityGroup')).flatMap(([id, { Properties }]) =>
    ((Properties[`SecurityGroup${direction}`] ?? []) as Record<string, unknown>[])
      .filter(({ CidrIp }) => CidrIp !== nowhere)
      .map((rule) => ({ ...rule, GroupId: id })),
  ),
  ...Object.values(template.findResources(`AWS::EC2::SecurityGroup${direction}`)).map(({ Properties }) => Properties),
];

/** `from → to port`, with ranges as they are written. */
const toText = (rule: Record<string, unknown>, direction: 'Ingress' | 'Egress'): string => {
  expect(rule).toMatchObject({ IpProtocol: 'tcp', ToPort: rule.FromPort });
  const other =
    rule.CidrIp ??
    rule.DestinationPrefixListId ??
    roleOf(direction === 'Ingress' ? rule.SourceSecurityGroupId : rule.DestinationSecurityGroupId);
  const ends = direction === 'Ingress' ? [other, roleOf(rule.GroupId)] : [roleOf(rule.GroupId), other];
  return `${ends.join(' → ')} ${rule.FromPort}`;
};

const letIn = (template: Template): string[] =>
  rulesOf(template, 'Ingress')
    .map((rule) => toText(rule, 'Ingress'))
    .sort();
const letOut = (template: Template): string[] =>
  rulesOf(template, 'Egress')
    .map((rule) => toText(rule, 'Egress'))
    .sort();

test('minimal: people to load balancer, load balancer to clones, clones to data, who calls it to the API of AWS', () => {
  const template = build();
  const groups = [
    'Clones → Caches 6380',
    'Clones → Database 3307',
    'Clones → Endpoints 443',
    'ImageBuilder → Endpoints 443',
    'LoadBalancer → Clones 8080',
    'Rotation → Database 3307',
    'Rotation → Endpoints 443',
  ];
  expect(letIn(template)).toEqual(['0.0.0.0/0 → LoadBalancer 443', '0.0.0.0/0 → LoadBalancer 80', ...groups]);
  expect(letOut(template)).toEqual(groups);
});

test('maximal: every prop arrives', () => {
  const template = build({ publicPorts: [81], clonePort: 9000, cachePort: 9001, databasePort: 9002, ...everything });
  expect(letIn(template)).toEqual([
    '0.0.0.0/0 → LoadBalancer 81',
    'Clones → Caches 9001',
    'Clones → Database 9002',
    'Clones → Endpoints 443',
    'ImageBuilder → Endpoints 443',
    'LoadBalancer → Clones 9000',
    'Rotation → Database 9002',
    'Rotation → Endpoints 443',
  ]);
  expect(letOut(template)).toEqual([
    'Clones → 0.0.0.0/0 443',
    'Clones → Caches 9001',
    'Clones → Database 9002',
    'Clones → Endpoints 443',
    'Clones → pl-6ea54007 443',
    'ImageBuilder → 0.0.0.0/0 443',
    'ImageBuilder → Endpoints 443',
    'ImageBuilder → pl-6ea54007 443',
    'LoadBalancer → Clones 9000',
    'Rotation → Database 9002',
    'Rotation → Endpoints 443',
    'Rotation → pl-6ea54007 443',
  ]);
});

test('only the load balancer is open to the world', () => {
  const open = letIn(build(everything)).filter((rule) => rule.startsWith('0.0.0.0/0'));
  expect(open).toEqual(['0.0.0.0/0 → LoadBalancer 443', '0.0.0.0/0 → LoadBalancer 80']);
});

test('caches and database may call nobody', () => {
  const template = build(everything);
  expect(letOut(template).filter((rule) => /^(Caches|Database) /.test(rule))).toEqual([]);
  const groups = Object.entries(template.findResources('AWS::EC2::SecurityGroup'));
  const closed = groups.filter(([id]) => /^Firewall(Caches|Database)/.test(id));
  expect(closed).toHaveLength(2);
  for (const [, { Properties }] of closed) {
    expect(Properties.SecurityGroupEgress).toMatchObject([{ CidrIp: nowhere, IpProtocol: 'icmp' }]);
  }
});

test('nobody may call rotation or image builder', () => {
  expect(letIn(build(everything)).filter((rule) => /→ (Rotation|ImageBuilder) /.test(rule))).toEqual([]);
});

test('the database is reached by clones and rotation only', () => {
  const callers = letIn(build(everything)).filter((rule) => rule.includes('→ Database'));
  expect(callers).toEqual(['Clones → Database 3307', 'Rotation → Database 3307']);
});

test('without the internet nobody is let out to a range of addresses', () => {
  const template = build({ s3PrefixListId: 'pl-6ea54007' });
  expect(letOut(template).filter((rule) => rule.includes('/'))).toEqual([]);
});

test('the internet is called by clones and image builder only, by https only', () => {
  const callers = letOut(build(everything)).filter((rule) => rule.includes('/'));
  expect(callers).toEqual(['Clones → 0.0.0.0/0 443', 'ImageBuilder → 0.0.0.0/0 443']);
});

test('S3 is a list that AWS keeps, for who reads or writes there', () => {
  const callers = letOut(build({ s3PrefixListId: 'pl-6ea54007' })).filter((rule) => rule.includes('pl-'));
  expect(callers).toEqual([
    ...['Clones → pl-6ea54007 443', 'ImageBuilder → pl-6ea54007 443', 'Rotation → pl-6ea54007 443'],
  ]);
});

test('an endpoints’ group that is there already is named, and left as it is', () => {
  const template = templateOf((stack) => {
    const { vpc } = surroundings(stack);
    const given = SecurityGroup.fromSecurityGroupId(stack, 'Given', 'sg-0123456789abcdef0', { mutable: false });
    new Firewall(stack, 'Firewall', { vpc, endpointsSecurityGroup: given });
  });
  const callers = letOut(template).filter((rule) => rule.includes('sg-'));
  expect(callers).toEqual(
    ['Clones', 'ImageBuilder', 'Rotation'].map((caller) => `${caller} → sg-0123456789abcdef0 443`),
  );
  expect(letIn(template).filter((rule) => rule.includes('sg-') || rule.includes('Endpoints'))).toEqual([]);
});

test('every group says what it is for', () => {
  const groups = Object.entries(build().findResources('AWS::EC2::SecurityGroup'));
  const said = groups.filter(([id]) => id.startsWith('Firewall')).map(([, group]) => group.Properties.GroupDescription);
  expect(said.sort()).toEqual([
    'Clones: reached by the load balancer only',
    'Primary and replicas: reached by clones and rotation only',
    'Sessions and objects: reached by clones only',
    'The function that replaces passwords: reached by nobody',
    'The load balancer: open to the world',
    'The machine that bakes an image: reached by nobody',
  ]);
});

test('every rule says what it is for', () => {
  const template = build(everything);
  const rules = [...rulesOf(template, 'Ingress'), ...rulesOf(template, 'Egress')];
  expect(rules).toHaveLength(9 + 12);
  for (const { Description } of rules) expect(Description).toMatch(/^(?!from |to )./);
});
