// Figures of the load balancer, from what HAProxy itself has counted.
import type { Fleet } from '../../fleet';
import type { Traffic } from '../../servers/traffic';
import type { Dimensions, Measure, Measures } from './measure';

/** The part of an ARN by which CloudWatch knows a load balancer or a target group. */
const toFullName = (arn: string, from: string): string => arn.slice(arn.indexOf(from));

export const loadBalancerDimension = ({ plan }: Fleet): string =>
  toFullName(plan.loadBalancer.arn, 'loadbalancer/').replace('loadbalancer/', '');

/** Every set of dimensions that has figures: the load balancer, and its target group behind it. */
export function listLoadBalancerDimensions(fleet: Fleet): Dimensions[] {
  const LoadBalancer = loadBalancerDimension(fleet);
  return [{ LoadBalancer }, { LoadBalancer, TargetGroup: toFullName(fleet.plan.targetGroup.arn, 'targetgroup/') }];
}

const isOneOf = (dimensions: Dimensions, known: readonly Dimensions[]): boolean =>
  known.some(
    (one) =>
      Object.keys(one).length === Object.keys(dimensions).length &&
      Object.entries(one).every(([name, value]) => dimensions[name] === value),
  );

/** A figure of all dimensions, of the load balancer alone, or of the target group behind it. */
const of =
  (which: 'both' | 'balancer' | 'group', read: (fleet: Fleet) => Promise<number | undefined>): Measure =>
  async (dimensions, fleet) => {
    const [balancer, group] = listLoadBalancerDimensions(fleet) as [Dimensions, Dimensions];
    const known = { both: [balancer, group], balancer: [balancer], group: [group] }[which];
    return isOneOf(dimensions, known) ? await read(fleet) : undefined;
  };

const traffic =
  (pick: (traffic: Traffic) => number | undefined) =>
  async ({ loadBalancer }: Fleet): Promise<number | undefined> =>
    pick(await loadBalancer.readTraffic());

const hosts =
  (wanted: 'up' | 'down') =>
  async ({ loadBalancer }: Fleet): Promise<number> =>
    [...(await loadBalancer.describe()).values()].filter(({ status }) => status === wanted).length;

const elb = (name: string): string => `AWS/ApplicationELB/${name}`;

/** What HAProxy counts from its start on; CloudWatch has how much it grew. */
const counts: Measures = {
  [elb('RequestCount')]: of(
    'both',
    traffic(({ requests }) => requests),
  ),
  [elb('HTTPCode_Target_2XX_Count')]: of(
    'both',
    traffic(({ answers }) => answers[2]),
  ),
  [elb('HTTPCode_Target_3XX_Count')]: of(
    'both',
    traffic(({ answers }) => answers[3]),
  ),
  [elb('HTTPCode_Target_4XX_Count')]: of(
    'both',
    traffic(({ answers }) => answers[4]),
  ),
  [elb('HTTPCode_Target_5XX_Count')]: of(
    'both',
    traffic(({ answers }) => answers[5]),
  ),
  [elb('HTTPCode_ELB_4XX_Count')]: of(
    'balancer',
    traffic(({ own }) => own[4]),
  ),
  [elb('HTTPCode_ELB_5XX_Count')]: of(
    'balancer',
    traffic(({ own }) => own[5]),
  ),
};

export const loadBalancerCounters: readonly string[] = Object.keys(counts);

export const loadBalancerMeasures: Measures = {
  ...counts,
  // HAProxy tells an average only, of up to the last 1024 answers: no percentile can be known from it.
  [elb('TargetResponseTime')]: of(
    'both',
    traffic(({ responseSeconds }) => responseSeconds),
  ),
  [elb('ActiveConnectionCount')]: of(
    'balancer',
    traffic(({ connections }) => connections),
  ),
  [elb('HealthyHostCount')]: of('group', hosts('up')),
  [elb('UnHealthyHostCount')]: of('group', hosts('down')),
};

/** Of an average, an average is all that is known. */
export const averages: readonly string[] = [elb('TargetResponseTime')];
