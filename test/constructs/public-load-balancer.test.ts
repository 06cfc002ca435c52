// The one address people know.
import type { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { deriveReadiness } from '../../lib/config/readiness';
import { PublicLoadBalancer, type PublicLoadBalancerProps } from '../../lib/constructs/public-load-balancer';
import { inStack, propertiesOf, surroundings, templateOf } from './built';

const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000000';
const refusedBecause = 'a test has no name';

const make = (stack: Stack, props: Partial<PublicLoadBalancerProps> = {}) =>
  new PublicLoadBalancer(stack, 'Front', {
    ...surroundings(stack),
    subnets: undefined,
    https: { certificateArn },
    readiness: deriveReadiness(180),
    ...props,
  });
const build = (props: Partial<PublicLoadBalancerProps> = {}) => templateOf((stack) => make(stack, props));

type Template = ReturnType<typeof build>;
const attributesOf = (template: Template, type: string, key: string) =>
  Object.fromEntries(
    (propertiesOf(template, type)[key] as { Key: string; Value: unknown }[]).map((each) => [each.Key, each.Value]),
  );
const loadBalancerOf = (template: Template) =>
  attributesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'LoadBalancerAttributes');
const targetGroupOf = (template: Template) =>
  attributesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup', 'TargetGroupAttributes');

test('minimal: in the public subnets, clones in turn, protected from deletion, no logs', () => {
  const template = build();
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')).toMatchObject({
    Scheme: 'internet-facing',
    Subnets: [{ Ref: expect.stringContaining('Public') }, { Ref: expect.stringContaining('Public') }],
  });
  const attributes = loadBalancerOf(template);
  expect(attributes).toMatchObject({ 'deletion_protection.enabled': 'true', 'idle_timeout.timeout_seconds': '60' });
  expect(attributes).not.toHaveProperty(['access_logs.s3.enabled']);
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup')).toMatchObject({
    Port: 8080,
    HealthCheckPath: '/-/live',
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
    Matcher: { HttpCode: '200' },
  });
  expect(targetGroupOf(template)).toMatchObject({
    'load_balancing.algorithm.type': 'round_robin',
    'deregistration_delay.timeout_seconds': '30',
  });
  expect(targetGroupOf(template)).not.toHaveProperty(['load_balancing.algorithm.anomaly_mitigation']);
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) => {
    const around = surroundings(stack);
    return new PublicLoadBalancer(stack, 'Front', {
      ...around,
      https: { refusedBecause },
      clonePort: 9000,
      healthCheckPath: '/well',
      readiness: deriveReadiness(60),
      algorithm: 'weighted_random',
      deletionProtection: false,
      logBucket: new Bucket(stack, 'Bucket'),
    });
  });
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')).toMatchObject({
    Subnets: [{ Ref: expect.stringContaining('Private') }, { Ref: expect.stringContaining('Private') }],
  });
  expect(loadBalancerOf(template)).toMatchObject({
    'deletion_protection.enabled': 'false',
    'access_logs.s3.enabled': 'true',
  });
  expect(targetGroupOf(template)).toMatchObject({
    'deregistration_delay.timeout_seconds': '10',
    'load_balancing.algorithm.type': 'weighted_random',
    'load_balancing.algorithm.anomaly_mitigation': 'on',
  });
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup')).toMatchObject({
    Port: 9000,
    HealthCheckPath: '/well',
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
  });
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::Listener')).toMatchObject({
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward' }],
  });
});

test('the address says how people come', () => {
  expect(inStack((stack) => JSON.stringify(stack.resolve(make(stack).url)))).toContain('"https://"');
  const plain = inStack((stack) => JSON.stringify(stack.resolve(make(stack, { https: { refusedBecause } }).url)));
  expect(plain).toContain('"http://"');
});

test('plain http only redirects to https', () => {
  const template = build();
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 2);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 80,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
  });
});

test.each([true, false])('people are served by TLS 1.3 or 1.2 with post-quantum keys, with CDK’s flag %s', (flag) => {
  const template = templateOf((stack) => {
    stack.node.setContext('@aws-cdk/aws-elasticloadbalancingv2:usePostQuantumTlsPolicy', flag);
    return make(stack);
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    Protocol: 'HTTPS',
    Certificates: [{ CertificateArn: certificateArn }],
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-PQ-2025-09',
    DefaultActions: [{ Type: 'forward' }],
  });
});

test('headers that are not headers are dropped', () => {
  expect(loadBalancerOf(build())).toMatchObject({ 'routing.http.drop_invalid_header_fields.enabled': 'true' });
});

test('requests that two programs could read differently do not reach a clone', () => {
  expect(loadBalancerOf(build())).toMatchObject({ 'routing.http.desync_mitigation_mode': 'defensive' });
});

test('the address a request came from is added to what it claims itself', () => {
  expect(loadBalancerOf(build())).toMatchObject({ 'routing.http.xff_header_processing.mode': 'append' });
});

test('every zone’s requests reach every zone’s clones', () => {
  expect(loadBalancerOf(build())).toMatchObject({ 'load_balancing.cross_zone.enabled': 'true' });
});

test('requests and connections are logged below one prefix each, to a bucket that lets only their delivery write', () => {
  const template = templateOf((stack) => make(stack, { logBucket: new Bucket(stack, 'Bucket') }));
  const bucket = { Ref: expect.stringMatching(/^Bucket/) };
  expect(loadBalancerOf(template)).toMatchObject({
    'access_logs.s3.enabled': 'true',
    'access_logs.s3.bucket': bucket,
    'access_logs.s3.prefix': 'load-balancer/access',
    'connection_logs.s3.enabled': 'true',
    'connection_logs.s3.bucket': bucket,
    'connection_logs.s3.prefix': 'load-balancer/connections',
  });
  expect(JSON.stringify(propertiesOf(template, 'AWS::S3::BucketPolicy'))).toContain(
    '/load-balancer/connections/AWSLogs',
  );
});

test('no request sticks to a clone', () => {
  expect(targetGroupOf(build())).toMatchObject({ 'stickiness.enabled': 'false' });
});

test('clones are spoken to in HTTP/1.1', () => {
  expect(propertiesOf(build(), 'AWS::ElasticLoadBalancingV2::TargetGroup')).toMatchObject({
    Protocol: 'HTTP',
    ProtocolVersion: 'HTTP1',
    TargetType: 'instance',
  });
});

test('sick clones get requests only when no other is left', () => {
  expect(targetGroupOf(build())).toMatchObject({
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
    'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  });
});

test('who may come in is left to the security group', () => {
  expect(propertiesOf(build(), 'AWS::EC2::SecurityGroup')).not.toHaveProperty('SecurityGroupIngress');
});

const readiness = deriveReadiness(180);
test.each<[Partial<PublicLoadBalancerProps>, string]>([
  [
    { subnets: [] },
    'Test/Front.subnets must be two or more, each in a zone of its own; got: []; give a public subnet of every zone the clones are in',
  ],
  [
    { readiness: { ...readiness, healthCheck: { ...readiness.healthCheck, timeoutSeconds: 10 } } },
    'Test/Front.readiness.healthCheck.timeoutSeconds must be below intervalSeconds (10); got: 10; take what deriveReadiness makes',
  ],
  [
    { https: { refusedBecause: 'no need' } },
    'Test/Front.https.refusedBecause must be a reason, in three words or more; got: "no need"; say why people may be served without TLS, or give a certificateArn',
  ],
  [
    { https: { certificateArn: certificateArn.replace('central', 'west') } },
    `Test/Front.https.certificateArn must be the ARN of an ACM certificate in eu-central-1; got: "${certificateArn.replace('central', 'west')}"; request or import the certificate in the region of the load balancer`,
  ],
])('%j is refused', (props, message) => {
  expect(() => build(props)).toThrow(new Error(message));
});

test('the same subnet twice is refused', () => {
  const twice = (stack: Stack) => {
    const { vpc, securityGroup } = surroundings(stack);
    const [one] = vpc.publicSubnets;
    if (!one) throw new Error('the surroundings have no public subnet');
    return new PublicLoadBalancer(stack, 'Front', {
      vpc,
      securityGroup,
      subnets: [one, one],
      https: { refusedBecause },
      readiness,
    });
  };
  expect(() => templateOf(twice)).toThrow('Test/Front.subnets must be two or more');
});
