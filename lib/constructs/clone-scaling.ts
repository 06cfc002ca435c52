// How many clones there are: what makes a group grow and shrink between its fewest and its most.
import { type AutoScalingGroup, CfnScalingPolicy, Schedule } from 'aws-cdk-lib/aws-autoscaling';
import type { Construct } from 'constructs';
import type { Readiness } from '../config/readiness';
import { verifyProp, verifyRange } from './prop-rule';

export interface CloneScaling {
  /** Fewest and most clones. How many there are between them is the group's business, never the template's. */
  readonly min: number;
  readonly max: number;
  /** Every time of a clone's life: `deriveReadiness(seconds)`, of 30 to 7200 seconds. */
  readonly readiness: Readiness;
  /**
   * Percent of its processors a clone should use, 1 to 100: above it the group grows.
   * @default 60 - leaves room for the load of a lost zone, and for what comes while a new clone starts
   */
  readonly cpuPercent?: number;
  /**
   * Requests per minute of one clone, above which the group grows.
   * @default - the processors alone decide
   */
  readonly requestsPerMinute?: number;
  /**
   * Times at which the fewest clones change, ahead of load that is known: cron expressions of five fields, in UTC. What
   * raises it needs another that lowers it.
   * @default - none
   */
  readonly schedule?: readonly { readonly name: string; readonly cron: string; readonly min: number }[];
  /**
   * Whether the group learns the processors' load of each hour and grows ahead: not at all, as a forecast to look at, or
   * for real.
   * @default 'off' - a forecast needs a day of figures, and says little of a fleet without a daily rhythm
   */
  readonly predictive?: 'off' | 'forecast' | 'scale';
}

/** The earliest a forecast may launch clones ahead of the hour, in seconds. */
const longestLead = 3600;

/** The group must be attached to a target group already. It grows when one of these says so, and shrinks when all do. */
export const scaleClones = (scope: Construct, group: AutoScalingGroup, scaling: CloneScaling): void => {
  verifyScaling(scope, scaling);
  const { readiness, cpuPercent = 60, requestsPerMinute, schedule = [], predictive = 'off' } = scaling;
  group.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: cpuPercent });
  if (requestsPerMinute !== undefined) {
    group.scaleOnRequestCount('Requests', { targetRequestsPerMinute: requestsPerMinute });
  }
  for (const { name, cron, min } of schedule) {
    group.scaleOnSchedule(name, { schedule: Schedule.expression(cron), minCapacity: min });
  }
  if (predictive === 'off') return;
  new CfnScalingPolicy(scope, 'Forecast', {
    autoScalingGroupName: group.autoScalingGroupName,
    policyType: 'PredictiveScaling',
    predictiveScalingConfiguration: {
      mode: predictive === 'scale' ? 'ForecastAndScale' : 'ForecastOnly',
      maxCapacityBreachBehavior: 'HonorMaxCapacity',
      // Clones of the next hour are ready when it begins.
      schedulingBufferTime: Math.min(readiness.readyWithinSeconds + readiness.warmUpSeconds, longestLead),
      metricSpecifications: [
        {
          targetValue: cpuPercent,
          predefinedMetricPairSpecification: { predefinedMetricType: 'ASGCPUUtilization' },
        },
      ],
    },
  });
};

const verifyScaling = (scope: Construct, scaling: CloneScaling): void => {
  const { min, max, cpuPercent = 60, requestsPerMinute = 1, schedule = [] } = scaling;
  verifyRange(scope, { prop: 'cpuPercent', got: cpuPercent, from: 1, to: 100, remedy: 'use 40 to 70' });
  verifyRange(scope, {
    prop: 'requestsPerMinute',
    got: requestsPerMinute,
    from: 1,
    to: Number.POSITIVE_INFINITY,
    remedy: 'use what one clone serves well',
  });
  const names = schedule.map(({ name }) => name);
  for (const [i, action] of schedule.entries()) {
    verifyProp(scope, {
      prop: `schedule.${i}.name`,
      holds: /^[A-Za-z][A-Za-z0-9-]*$/.test(action.name) && names.indexOf(action.name) === i,
      rule: 'must be letters, digits and hyphens, begin with a letter, and be used once',
      got: action.name,
      remedy: 'name it like morning',
    });
    verifyProp(scope, {
      prop: `schedule.${i}.cron`,
      holds: /^\S+( \S+){4}$/.test(action.cron),
      rule: 'must be a cron expression of five fields',
      got: action.cron,
      remedy: "write it like '0 7 * * 1-5', in UTC",
    });
    verifyRange(scope, {
      prop: `schedule.${i}.min`,
      got: action.min,
      from: min,
      to: max,
      remedy: 'stay between min and max, or change them',
    });
  }
};
