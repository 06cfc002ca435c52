// The one address people know.
import { Duration } from 'aws-cdk-lib';
import { PublicLoadBalancer, type PublicLoadBalancerProps } from '../../lib/constructs/public-load-balancer';
import { propertiesOf, surroundings, templateOf } from './built';

const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000000';

const build = (props: Partial<PublicLoadBalancerProps> = {}) =>
  templateOf((stack) => {
    new PublicLoadBalancer(stack, 'Front', {
      ...surroundings(stack),
      certificateArn,
      clonePort: 8080,
      healthCheck: {
        path: '/live',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      deregistrationDelay: Duration.seconds(30),
      idleTimeout: Duration.seconds(60),
      ...props,
    });
  });

const attributesOf = (template: ReturnType<typeof build>, type: string, key: string) =>
  Object.fromEntries(
    (propertiesOf(template, type)[key] as { Key: string; Value: string }[]).map((each) => [each.Key, each.Value]),
  );
const loadBalancerOf = (template: ReturnType<typeof build>) =>
  attributesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'LoadBalancerAttributes');
const targetGroupOf = (template: ReturnType<typeof build>) =>
  attributesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup', 'TargetGroupAttributes');

test('minimal: clones in turn, protected from deletion', () => {
  const template = build();
  expect(loadBalancerOf(template)).toMatchObject({ 'deletion_protection.enabled': 'true' });
  expect(targetGroupOf(template)).toMatchObject({ 'load_balancing.algorithm.type': 'round_robin' });
});

test('maximal: every prop arrives', () => {
  const template = build({
    certificateArn: undefined,
    clonePort: 9000,
    healthCheck: {
      path: '/well',
      interval: Duration.seconds(20),
      timeout: Duration.seconds(3),
      healthyThreshold: 4,
      unhealthyThreshold: 5,
    },
    deregistrationDelay: Duration.seconds(7),
    idleTimeout: Duration.seconds(90),
    algorithm: 'weighted_random',
    deletionProtection: false,
  });
  expect(loadBalancerOf(template)).toMatchObject({
    'deletion_protection.enabled': 'false',
    'idle_timeout.timeout_seconds': '90',
  });
  expect(targetGroupOf(template)).toMatchObject({
    'deregistration_delay.timeout_seconds': '7',
    'load_balancing.algorithm.type': 'weighted_random',
    'load_balancing.algorithm.anomaly_mitigation': 'on',
  });
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup')).toMatchObject({
    Port: 9000,
    HealthCheckPath: '/well',
    HealthCheckIntervalSeconds: 20,
    HealthCheckTimeoutSeconds: 3,
    HealthyThresholdCount: 4,
    UnhealthyThresholdCount: 5,
  });
  expect(propertiesOf(template, 'AWS::ElasticLoadBalancingV2::Listener')).toMatchObject({ Port: 80, Protocol: 'HTTP' });
});

test('with a certificate people are served by TLS 1.2 or newer, and plain http only redirects', () => {
  const template = build();
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 2);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    Protocol: 'HTTPS',
    Certificates: [{ CertificateArn: certificateArn }],
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-PQ-2025-09',
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 80,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
  });
});

test('headers that are not headers are dropped', () => {
  expect(loadBalancerOf(build())).toMatchObject({
    'routing.http.drop_invalid_header_fields.enabled': 'true',
    'routing.http.desync_mitigation_mode': 'defensive',
  });
});

test('no request sticks to a clone', () => {
  expect(targetGroupOf(build())).toMatchObject({ 'stickiness.enabled': 'false' });
});

test('who may come in is left to the security group', () => {
  const group = propertiesOf(build(), 'AWS::EC2::SecurityGroup');
  expect(group).not.toHaveProperty('SecurityGroupIngress');
});
