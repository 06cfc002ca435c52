// What is watched of a load balancer and its clones, and which of it undoes a roll.
import type { Stack } from 'aws-cdk-lib';
import { ApplicationLoadBalancer, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Alarms } from '../../lib/constructs/alarms';
import { type FleetFiguresProps, fleetFigures, rollFigures } from '../../lib/constructs/fleet-figures';
import { inStack, surroundings, templateOf } from './built';

const partsOf = (stack: Stack): FleetFiguresProps => {
  const { vpc, securityGroup } = surroundings(stack);
  const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc, securityGroup });
  const targetGroup = new ApplicationTargetGroup(stack, 'Clones', { vpc, port: 80, targetType: TargetType.INSTANCE });
  loadBalancer.addListener('Http', { port: 80, defaultTargetGroups: [targetGroup] });
  return { loadBalancer, targetGroup, groupName: 'clones', min: 3, max: 12 };
};
const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000002';

const figures = inStack((stack) => fleetFigures({ ...partsOf(stack), certificateArn, slowSeconds: 2 }));
const find = (id: string) => figures.find((figure) => figure.id === id);

test('errors, slowness, sick and missing clones, refusals, headroom and the certificate are watched', () => {
  expect(figures.map(({ id }) => id)).toEqual([
    'Errors',
    'Slow',
    'Unhealthy',
    'Healthy',
    'Refused',
    'Headroom',
    'Certificate',
  ]);
});

test('without a certificate none can expire', () => {
  expect(inStack((stack) => fleetFigures(partsOf(stack)).map(({ id }) => id))).not.toContain('Certificate');
});

test('what undoes a roll is watched', () => {
  for (const id of rollFigures) expect(find(id)).toBeDefined();
});

test('a few errors of a few requests are no alarm', () => {
  expect(find('Errors')?.metric.toMetricConfig().mathExpression?.expression).toBe(
    'IF(requests > 50, 100 * errors / requests, 0)',
  );
});

test('a slow answer of a few is no alarm', () => {
  expect(find('Slow')?.metric.toMetricConfig().mathExpression?.expression).toBe('IF(requests > 50, slow, 0)');
});

test('fewer clones than the least is bad, and so is silence about them', () => {
  expect(find('Healthy')).toMatchObject({ threshold: 3, bad: 'below', silenceIsBad: true });
});

test('a group that has no room for one more clone is told before it is full', () => {
  expect(find('Headroom')).toMatchObject({ threshold: 11, periods: [15, 15] });
});

test('how slow is too slow can be set', () => {
  expect(find('Slow')?.threshold).toBe(2);
});

test('every figure becomes an alarm that says what to do', () => {
  const template = templateOf((stack) => new Alarms(stack, 'Alarms', { figures: fleetFigures(partsOf(stack)) }));
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(6);
  for (const { Properties } of alarms) expect(Properties.AlarmDescription).toMatch(/^[^.]+\. .{20,}\.$/);
});
