// What is refused of load balancers and target groups, at its edges.
import { type Cases, fleet, listener, listenerRule, loadBalancer, pairs, ref, stackOf, targetGroup } from './templates';

const attributes = (values: Record<string, unknown>) =>
  stackOf({ Targets: targetGroup({ TargetGroupAttributes: pairs(values) }) });

const check = (properties: Record<string, unknown>) => stackOf({ Targets: targetGroup(properties) });

const sharedCheck = (path: string): string =>
  'Targets: Properties.HealthCheckPath must ask the clone and nobody behind it, or one slow database has every clone ' +
  `terminated at once; got: "${path}"`;

const slowStart =
  'Targets: Properties.TargetGroupAttributes must not have slow start together with least_outstanding_requests, or ' +
  'Elastic Load Balancing refuses the target group; got: ' +
  '[{"Key":"slow_start.duration_seconds","Value":"30"},{"Key":"load_balancing.algorithm.type","Value":"least_outstanding_requests"}]';

const timeout = (interval: number, got: string): string =>
  `Targets: Properties.HealthCheckTimeoutSeconds must be below HealthCheckIntervalSeconds (${interval}), or Elastic Load ` +
  `Balancing refuses the target group; got: ${got}`;

const stop = (seconds: number, delay: number): string =>
  `Template: Properties.LaunchTemplateData.UserData must make CLONEKIT_STOP_SECONDS at least the deregistration delay ` +
  `(${delay}), or a roll cuts the requests that the load balancer still waits for; got: ${seconds}`;

const keepAlive = (seconds: number, idle: number): string =>
  `Template: Properties.LaunchTemplateData.UserData must make CLONEKIT_KEEP_ALIVE_SECONDS more than the idle timeout ` +
  `(${idle}), or the load balancer writes into a closed connection, and people get a 502; got: ${seconds}`;

const twoBalancers = (second: object) => ({
  Targets: targetGroup(),
  One: loadBalancer(),
  Two: loadBalancer(),
  First: listener({ LoadBalancerArn: ref('One'), DefaultActions: [{ TargetGroupArn: ref('Targets') }] }),
  Second: listener({ LoadBalancerArn: ref('Two'), DefaultActions: [second] }),
});

const oneBalancer =
  'Targets: Type must have one load balancer, or Elastic Load Balancing refuses the second: a target group has one load ' +
  'balancer; got: ["One","Two"]';

export const loadBalancerCases: Cases = {
  'slow-start-with-least-outstanding-requests': [
    [
      'slow start by turns',
      attributes({ 'slow_start.duration_seconds': '30', 'load_balancing.algorithm.type': 'round_robin' }),
    ],
    [
      'fewest requests without slow start',
      attributes({ 'slow_start.duration_seconds': '0', 'load_balancing.algorithm.type': 'least_outstanding_requests' }),
    ],
    [
      'both',
      attributes({
        'slow_start.duration_seconds': '30',
        'load_balancing.algorithm.type': 'least_outstanding_requests',
      }),
      slowStart,
    ],
  ],
  'sticky-target-group': [
    ['stickiness off', attributes({ 'stickiness.enabled': 'false' })],
    ['stickiness that a deploy decides', attributes({ 'stickiness.enabled': ref('Sticky') })],
    [
      'stickiness on',
      attributes({ 'stickiness.enabled': 'true' }),
      'Targets: Properties.TargetGroupAttributes must not have stickiness.enabled, or a roll breaks whoever is bound to a ' +
        'clone, and new clones stay idle; got: true',
    ],
  ],
  'health-check-asks-database': [
    ['the process alone', check({ HealthCheckPath: '/-/live' })],
    ['no path', check({})],
    ['a word that only holds another', check({ HealthCheckPath: '/feedback/already' })],
    ['readiness', check({ HealthCheckPath: '/-/ready' }), sharedCheck('/-/ready')],
    ['a dependency by name', check({ HealthCheckPath: '/health/mysql' }), sharedCheck('/health/mysql')],
    ['a query that asks deeper', check({ HealthCheckPath: '/healthz?deep=1' }), sharedCheck('/healthz?deep=1')],
  ],
  'health-check-timeout-above-interval': [
    ['a second less', check({ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 4 })],
    ['neither, for the defaults fit', check({})],
    ['an interval that a deploy decides', check({ HealthCheckIntervalSeconds: ref('Seconds') })],
    ['as long', check({ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 }), timeout(5, '5')],
    ['the default timeout with a short interval', check({ HealthCheckIntervalSeconds: 5 }), timeout(5, '5')],
    ['a long timeout with the default interval', check({ HealthCheckTimeoutSeconds: 30 }), timeout(30, '30')],
  ],
  'load-balancer-in-one-zone': [
    ['two subnets', stackOf({ Balancer: loadBalancer({ Subnets: [ref('A'), ref('B')] }) })],
    ['a network load balancer', stackOf({ Balancer: loadBalancer({ Type: 'network', Subnets: [ref('A')] }) })],
    [
      'one subnet',
      stackOf({ Balancer: loadBalancer({ Subnets: [ref('A')] }) }),
      'Balancer: Properties.Subnets must be two or more, or Elastic Load Balancing refuses it: it wants two zones at least; got: 1',
    ],
  ],
  'target-group-of-two-load-balancers': [
    ['a target group of one', stackOf(fleet())],
    ['a second load balancer that redirects', stackOf(twoBalancers({ Type: 'redirect' }))],
    ['two listeners', stackOf(twoBalancers({ TargetGroupArn: ref('Targets') })), oneBalancer],
    [
      'a listener and a rule',
      stackOf({
        ...twoBalancers({ Type: 'redirect' }),
        Rule: listenerRule({ ListenerArn: ref('Second'), Actions: [{ TargetGroupArn: ref('Targets') }] }),
      }),
      oneBalancer,
    ],
  ],
  'stop-before-deregistration': [
    [
      'as long as the delay',
      stackOf(
        fleet({
          variables: { CLONEKIT_STOP_SECONDS: '30' },
          targetGroupAttributes: { 'deregistration_delay.timeout_seconds': '30' },
        }),
      ),
    ],
    ['user data that says nothing of it', stackOf(fleet())],
    ['seconds that a deploy decides', stackOf(fleet({ variables: { CLONEKIT_STOP_SECONDS: ref('Seconds') } }))],
    [
      'a second less',
      stackOf(
        fleet({
          variables: { CLONEKIT_STAGE: 'dev', CLONEKIT_STOP_SECONDS: '29' },
          targetGroupAttributes: { 'deregistration_delay.timeout_seconds': '30' },
        }),
      ),
      stop(29, 30),
    ],
    ['less than the default', stackOf(fleet({ variables: { CLONEKIT_STOP_SECONDS: '299' } })), stop(299, 300)],
  ],
  'keep-alive-below-idle-timeout': [
    [
      'a second more',
      stackOf(
        fleet({
          variables: { CLONEKIT_KEEP_ALIVE_SECONDS: '31' },
          loadBalancerAttributes: { 'idle_timeout.timeout_seconds': '30' },
        }),
      ),
    ],
    [
      'an idle timeout that a deploy decides',
      stackOf(
        fleet({
          variables: { CLONEKIT_KEEP_ALIVE_SECONDS: '31' },
          loadBalancerAttributes: { 'idle_timeout.timeout_seconds': ref('Seconds') },
        }),
      ),
    ],
    [
      'as long',
      stackOf(
        fleet({
          variables: { CLONEKIT_KEEP_ALIVE_SECONDS: '30' },
          loadBalancerAttributes: { 'idle_timeout.timeout_seconds': '30' },
        }),
      ),
      keepAlive(30, 30),
    ],
    ['as long as the default', stackOf(fleet({ variables: { CLONEKIT_KEEP_ALIVE_SECONDS: '60' } })), keepAlive(60, 60)],
  ],
};
