// What is watched of the fleet of `dev`, written plainly.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ApplicationLoadBalancer,
  type ApplicationTargetGroup,
  HttpCodeElb,
  HttpCodeTarget,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Watched } from './alarms';

const period = Duration.minutes(1);
const count = { period, statistic: Stats.SUM };

export const watchFleet = (
  loadBalancer: ApplicationLoadBalancer,
  { metrics }: ApplicationTargetGroup,
  groupName: string,
): Watched[] => [
  {
    id: 'Errors',
    title: 'Answers of clones that are errors, percent',
    whatToDo:
      'Read the log of the clones; if a roll is under way it is undone by itself, else deploy the release before.',
    metric: new MathExpression({
      expression: 'IF(requests > 50, 100 * errors / requests, 0)',
      usingMetrics: {
        errors: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, count),
        requests: metrics.requestCount(count),
      },
      period,
      label: 'errors',
    }),
    threshold: 1,
  },
  {
    id: 'Slow',
    title: 'Slowest answer of a hundred, seconds',
    whatToDo: 'Look for slow statements in the database log, then at the processors of clones, primary and replicas.',
    metric: metrics.targetResponseTime({ period, statistic: Stats.percentile(99) }),
    threshold: 1,
  },
  {
    id: 'Unhealthy',
    title: 'Clones that fail their health check',
    whatToDo: 'The group replaces them by itself; when it does so again and again, read the log of one of them.',
    metric: metrics.unhealthyHostCount({ period, statistic: Stats.MAXIMUM }),
    threshold: 0,
    periods: [5, 5],
  },
  {
    id: 'Healthy',
    title: 'Clones that take requests',
    whatToDo: 'Read the activities of the group: a launch that fails, an image that is gone, a zone without machines.',
    metric: metrics.healthyHostCount({ period, statistic: Stats.MINIMUM }),
    threshold: 2,
    below: true,
    silenceIsBad: true,
    periods: [5, 5],
  },
  {
    id: 'Refused',
    title: 'Requests the load balancer answered with an error itself',
    whatToDo: 'Compare with the healthy clones: with none it has nobody to ask; else clones close or answer too late.',
    metric: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, count),
    threshold: 10,
  },
  {
    id: 'Headroom',
    title: 'Clones in service, of the most there may be',
    whatToDo: 'Raise maxCapacity, after a look at connections and addresses; then find out where the load comes from.',
    metric: new Metric({
      namespace: 'AWS/AutoScaling',
      metricName: 'GroupInServiceInstances',
      dimensionsMap: { AutoScalingGroupName: groupName },
      period,
      statistic: Stats.MAXIMUM,
    }),
    threshold: 3,
    periods: [15, 15],
  },
];
