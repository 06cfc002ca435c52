// What is watched of a load balancer and the clones behind it.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ApplicationLoadBalancer,
  type ApplicationTargetGroup,
  HttpCodeElb,
  HttpCodeTarget,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Figure } from './figure';

export interface FleetFiguresProps {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  /** Name of the group of clones: a name, for the group refers to alarms of these figures. */
  readonly groupName: string;
  /** Fewest and most clones of the group. */
  readonly min: number;
  readonly max: number;
  /**
   * ARN of the certificate people see.
   * @default - none: nothing expires
   */
  readonly certificateArn?: string;
  /**
   * Slowest answer of a hundred, in seconds, beyond which people notice.
   * @default 1 - what takes longer, people take for broken
   */
  readonly slowSeconds?: number;
}

/** Ids of the figures that stop and undo a roll: what people notice of a bad release. */
export const rollFigures = ['Errors', 'Slow', 'Unhealthy'] as const;

const period = Duration.minutes(1);
const count = { period, statistic: Stats.SUM };
const worst = { period, statistic: Stats.MAXIMUM };

export const fleetFigures = (props: FleetFiguresProps): Figure[] => {
  const { loadBalancer, targetGroup, groupName, certificateArn } = props;
  const { metrics } = targetGroup;
  const ofGroup = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: 'AWS/AutoScaling',
      metricName,
      dimensionsMap: { AutoScalingGroupName: groupName },
      period,
      statistic,
    });
  return [
    {
      id: 'Errors',
      title: 'Answers of clones that are errors, percent',
      metric: new MathExpression({
        // One error of three requests at night is no outage.
        expression: 'IF(requests > 50, 100 * errors / requests, 0)',
        usingMetrics: {
          errors: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, count),
          requests: metrics.requestCount(count),
        },
        period,
        label: 'errors',
      }),
      threshold: 1,
      whatToDo:
        'Read the log of the clones for the release that answers so; if a roll is under way it is undone by itself, else deploy the release before, with clones.roll.alarms refused.',
    },
    {
      id: 'Slow',
      title: 'Slowest answer of a hundred, seconds',
      metric: new MathExpression({
        // The slowest of three answers at night is no outage.
        expression: 'IF(requests > 50, slow, 0)',
        usingMetrics: {
          slow: metrics.targetResponseTime({ period, statistic: Stats.percentile(99) }),
          requests: metrics.requestCount(count),
        },
        period,
        label: 'slow',
      }),
      threshold: props.slowSeconds ?? 1,
      whatToDo: 'Look for slow statements in the database log, then at the processors of clones, primary and replicas.',
    },
    {
      id: 'Unhealthy',
      title: 'Clones that fail their health check',
      metric: metrics.unhealthyHostCount(worst),
      threshold: 0,
      periods: [5, 5],
      whatToDo:
        'The group replaces them by itself; when it does so again and again, read the log of one before it is gone.',
    },
    {
      id: 'Healthy',
      title: 'Clones that take requests',
      metric: metrics.healthyHostCount({ period, statistic: Stats.MINIMUM }),
      threshold: props.min,
      bad: 'below',
      silenceIsBad: true,
      periods: [5, 5],
      whatToDo:
        'Read the activities of the group: a launch that fails, an image that is gone, a zone without machines.',
    },
    {
      id: 'Refused',
      title: 'Requests the load balancer answered with an error itself',
      metric: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, count),
      threshold: 10,
      whatToDo:
        'Compare with the healthy clones: with none it has nobody to ask; else clones close connections or answer too late.',
    },
    {
      id: 'Headroom',
      title: 'Clones in service, of the most there may be',
      metric: ofGroup('GroupInServiceInstances', Stats.MAXIMUM),
      // A roll and one more step of growth must still fit.
      threshold: props.max - 1,
      periods: [15, 15],
      whatToDo:
        'Raise clones.max, after a look at the connections and addresses that are left; then find out where the load comes from.',
    },
    ...(certificateArn === undefined
      ? []
      : [
          {
            id: 'Certificate',
            title: 'Days until the certificate expires',
            metric: new Metric({
              namespace: 'AWS/CertificateManager',
              metricName: 'DaysToExpiry',
              dimensionsMap: { CertificateArn: certificateArn },
              period: Duration.days(1),
              statistic: Stats.MINIMUM,
            }),
            threshold: 30,
            bad: 'below' as const,
            periods: [1, 1] as const,
            whatToDo:
              'ACM renews 60 days before: see whether its validation records are still in the DNS, or import a new one.',
          },
        ]),
  ];
};
