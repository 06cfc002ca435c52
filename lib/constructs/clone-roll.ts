// How a group replaces its clones when their template changes: new ones first, watched, and back again when they are bad.
import { Duration } from 'aws-cdk-lib';
import { type CfnAutoScalingGroup, InstanceRefreshStrategy, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type Readiness, toRollMaxPercent } from '../config/readiness';
import { verifyProp, verifyRange } from './prop-rule';

export interface CloneRoll {
  /** Fewest clones; how many a roll launches at a time follows from it. */
  readonly min: number;
  /** Every time of a clone's life: `deriveReadiness(seconds)`, of 30 to 7200 seconds. */
  readonly readiness: Readiness;
  /**
   * How a roll waits: percents of the fleet at which it stops, ascending and ending with 100, for how long there, and how
   * long the alarms are watched after the last clone; each at most two days.
   * @default - it goes on to the end, and is done then
   */
  readonly roll?: {
    readonly checkpoints: readonly number[];
    readonly checkpointSeconds: number;
    readonly bakeSeconds: number;
    /**
     * Whether a fleet's alarms undo a roll. Refused, with the reason, for the roll that mends what they tell: one that is
     * bad already would stop it.
     * @default true - a bad release is taken back before most people meet it
     */
    readonly alarms?: true | { readonly refusedBecause: string };
  };
}

/** What a group never has less of while clones are replaced, in percent of those it wants. */
export const rollMinPercent = 100;

/** The longest AWS waits at a checkpoint, or bakes, in seconds. */
const longestWait = 172_800;

/** Stays on for good: CloudFormation reads it from the template it rolls back to. */
export const toRollPolicy = (scope: Construct, props: CloneRoll): UpdatePolicy => {
  verifyRoll(scope, props);
  const { min, readiness, roll } = props;
  const checkpoints = roll?.checkpoints ?? [];
  return UpdatePolicy.instanceRefresh({
    strategy: InstanceRefreshStrategy.ROLLING,
    minHealthyPercentage: rollMinPercent,
    maxHealthyPercentage: toRollMaxPercent(min),
    instanceWarmup: Duration.seconds(readiness.warmUpSeconds),
    // The template's version is a number and its image a literal, so what matches is the same: another instance type in
    // the list replaces nobody, and a rollback only those that were replaced.
    skipMatching: true,
    ...(checkpoints.length > 0 && {
      checkpointPercentages: [...checkpoints],
      checkpointDelay: Duration.seconds(roll?.checkpointSeconds ?? 0),
    }),
    bakeTime: Duration.seconds(roll?.bakeSeconds ?? 0),
  });
};

const verifyRoll = (scope: Construct, { roll }: CloneRoll): void => {
  const percents = roll?.checkpoints ?? [];
  const ascend = percents.every(
    (percent, i) => Number.isInteger(percent) && percent <= 100 && percent > (percents[i - 1] ?? 0),
  );
  verifyProp(scope, {
    prop: 'roll.checkpoints',
    holds: ascend && (percents.at(-1) ?? 100) === 100,
    rule: 'must be ascending percents that end with 100: a roll that ends before leaves two kinds of clones',
    got: percents,
    remedy: 'write them like [34, 100]',
  });
  for (const prop of ['checkpointSeconds', 'bakeSeconds'] as const) {
    verifyRange(scope, {
      prop: `roll.${prop}`,
      got: roll?.[prop] ?? 0,
      from: 0,
      to: longestWait,
      remedy: 'wait for two days at most',
    });
  }
};

/** Written into the policy afterwards: alarms watch a fleet that must be there first. */
export const setRollAlarms = (scope: Construct, group: CfnAutoScalingGroup, alarms: readonly IAlarm[]): void => {
  verifyProp(scope, {
    prop: 'rollBackOn',
    holds: alarms.length <= 10,
    rule: 'must be given at most 10 alarms',
    got: alarms.length,
    remedy: 'combine some of them in a composite alarm',
  });
  const policy = group.cfnOptions.updatePolicy;
  const refresh = policy?.autoScalingInstanceRefresh;
  if (!refresh) throw new Error(`${group.node.path} has no policy to roll by`);
  group.cfnOptions.updatePolicy = {
    ...policy,
    autoScalingInstanceRefresh: {
      ...refresh,
      preferences: { ...refresh.preferences, alarmSpecification: { alarms: alarms.map((alarm) => alarm.alarmName) } },
    },
  };
};
