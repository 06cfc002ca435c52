// Instance refreshes: each one really replaces clones.
import type * as schemas from '@aws-sdk/client-auto-scaling';
import type { Fleet } from '../fleet';
import type { InstanceRefresh } from '../refresh/instance-refresh';
import type { RefreshPreferences } from '../refresh/preferences';
import { getGroup, invalid, toLaunch } from './groups';
import { toPage } from './page';
import { AwsError, type Handler } from './service';

const inProgress = () =>
  new AwsError(
    'InstanceRefreshInProgress',
    'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
  );
const notActive = (name: string) =>
  new AwsError(
    'ActiveInstanceRefreshNotFound',
    `No in progress or pending Instance Refresh found for Auto Scaling group ${name}`,
  );
const irreversible = (why: string) => new AwsError('IrreversibleInstanceRefresh', why);

function verifyPercent(name: string, value: number, from: number, to: number): void {
  if (value < from || value > to) throw invalid(`${name} must be between ${from} and ${to}, got: ${value}`);
}

/** What AWS takes where nothing was said: the group's own policy, or 90 to 100 percent. */
function toPreferences(given: schemas.RefreshPreferences = {}, { plan }: Fleet): RefreshPreferences {
  const minHealthyPercent = given.MinHealthyPercentage ?? plan.group.minHealthyPercent ?? 90;
  const maxHealthyPercent = given.MaxHealthyPercentage ?? plan.group.maxHealthyPercent ?? 100;
  verifyPercent('MinHealthyPercentage', minHealthyPercent, 0, 100);
  verifyPercent('MaxHealthyPercentage', maxHealthyPercent, 100, 200);
  if (maxHealthyPercent - minHealthyPercent > 100) {
    throw invalid('The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100.');
  }
  const checkpoints = given.CheckpointPercentages ?? [];
  for (const [index, percent] of checkpoints.entries()) {
    verifyPercent('CheckpointPercentages', percent, 1, 100);
    if (percent <= (checkpoints[index - 1] ?? 0)) throw invalid('CheckpointPercentages must be unique and ascending.');
  }
  return {
    ...{ minHealthyPercent, maxHealthyPercent, checkpoints },
    warmUpSeconds: given.InstanceWarmup ?? plan.group.warmUpSeconds,
    skipMatching: given.SkipMatching ?? false,
    checkpointSeconds: given.CheckpointDelay ?? (checkpoints.length > 0 ? 3600 : 0),
    bakeSeconds: given.BakeTime ?? 0,
    alarms: given.AlarmSpecification?.Alarms ?? [],
    autoRollback: given.AutoRollback ?? false,
  };
}

function findWanted({ DesiredConfiguration }: schemas.StartInstanceRefreshType, { templates, plan }: Fleet) {
  const wanted =
    DesiredConfiguration?.LaunchTemplate ??
    DesiredConfiguration?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (!wanted) return undefined;
  const { id, name } = plan.group.launchTemplate;
  if (wanted.LaunchTemplateId !== id && wanted.LaunchTemplateName !== name) {
    throw invalid('You must use a valid fully-formed launch template. The specified launch template does not exist.');
  }
  const version = templates.find(wanted.Version ?? '$Default');
  if (!version)
    throw invalid(`You must use a valid fully-formed launch template. Version ${wanted.Version} does not exist.`);
  return version;
}

const toRefresh = (refresh: InstanceRefresh, fleet: Fleet): schemas.InstanceRefresh => {
  const { preferences, wanted } = refresh.options;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: fleet.plan.group.name,
    Status: refresh.status,
    StatusReason: refresh.reason,
    StartTime: refresh.startedAt,
    EndTime: refresh.endedAt,
    PercentageComplete: refresh.percent,
    InstancesToUpdate: refresh.left,
    Preferences: {
      MinHealthyPercentage: preferences.minHealthyPercent,
      MaxHealthyPercentage: preferences.maxHealthyPercent,
      InstanceWarmup: preferences.warmUpSeconds,
      SkipMatching: preferences.skipMatching,
      AutoRollback: preferences.autoRollback,
      BakeTime: preferences.bakeSeconds,
      ...(preferences.checkpoints.length > 0
        ? { CheckpointPercentages: [...preferences.checkpoints], CheckpointDelay: preferences.checkpointSeconds }
        : {}),
      ...(preferences.alarms.length > 0 ? { AlarmSpecification: { Alarms: [...preferences.alarms] } } : {}),
    },
    ...(wanted ? { DesiredConfiguration: toLaunch(fleet, wanted) } : {}),
    ...(refresh.rollback
      ? {
          RollbackDetails: {
            RollbackReason: refresh.rollback.reason,
            RollbackStartTime: refresh.rollback.at,
            PercentageCompleteOnRollback: refresh.rollback.percent,
            InstancesToUpdateOnRollback: refresh.rollback.left,
          },
        }
      : {}),
  };
};

export const refreshActions: Readonly<Record<string, Handler>> = {
  StartInstanceRefresh: (input: schemas.StartInstanceRefreshType, fleet): schemas.StartInstanceRefreshAnswer => {
    const group = getGroup(input.AutoScalingGroupName, fleet);
    if (group.refresh) throw inProgress();
    if ((input.Strategy ?? 'Rolling') !== 'Rolling')
      throw invalid(`The local twin rolls by strategy Rolling, got: ${input.Strategy}`);
    const preferences = toPreferences(input.Preferences, fleet);
    const wanted = findWanted(input, fleet);
    if (preferences.autoRollback && !wanted) {
      throw invalid('AutoRollback requires a desired configuration, or a launch template version that is a number.');
    }
    const isAlarmed = (name: string): boolean => fleet.isAlarmed(name);
    return { InstanceRefreshId: group.startRefresh({ preferences, wanted, isAlarmed }).id };
  },
  DescribeInstanceRefreshes: (
    input: schemas.DescribeInstanceRefreshesType,
    fleet,
  ): schemas.DescribeInstanceRefreshesAnswer => {
    const { refreshes } = getGroup(input.AutoScalingGroupName, fleet);
    const ids = input.InstanceRefreshIds ?? [];
    const wanted = refreshes.filter(({ id }) => ids.length === 0 || ids.includes(id));
    const { items, next } = toPage(wanted, input.MaxRecords, input.NextToken);
    return { InstanceRefreshes: items.map((refresh) => toRefresh(refresh, fleet)), NextToken: next };
  },
  CancelInstanceRefresh: (input: schemas.CancelInstanceRefreshType, fleet): schemas.CancelInstanceRefreshAnswer => {
    const { refresh } = getGroup(input.AutoScalingGroupName, fleet);
    if (!refresh) throw notActive(String(input.AutoScalingGroupName));
    refresh.cancel();
    return { InstanceRefreshId: refresh.id };
  },
  RollbackInstanceRefresh: (
    input: schemas.RollbackInstanceRefreshType,
    fleet,
  ): schemas.RollbackInstanceRefreshAnswer => {
    const { refresh } = getGroup(input.AutoScalingGroupName, fleet);
    if (!refresh) throw notActive(String(input.AutoScalingGroupName));
    if (!refresh.isReversible) {
      throw irreversible(
        'Rollback is not possible: the Instance Refresh has no desired configuration, or rolls back already.',
      );
    }
    refresh.rollBack();
    return { InstanceRefreshId: refresh.id };
  },
};
