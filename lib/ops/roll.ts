// `clonekit roll`: replaces every clone by a new one, new ones first, and sees it through.
import {
  AutoScalingClient,
  type AutoScalingGroup,
  type DesiredConfiguration,
  type RefreshPreferences,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Aws } from './aws';
import type { TemplateReference } from './launch-template';
import { poll } from './poll';
import type { Stage } from './stage';
import { getGroup } from './status/clones';
import { findRefresh, isRunning, type RefreshStatus, toRefreshStatus } from './status/refresh';

/** AWS ends a refresh that takes longer. */
const longestSeconds = 36 * 3600;

export interface RollOptions {
  /** Clones are made from this version. @default - from the one they are of */
  readonly template?: TemplateReference;
  /** Seconds that the alarms are watched after the last clone. @default - as the last roll, or none */
  readonly bakeSeconds?: number;
}

/** The roll that goes on; undefined when none does. */
export async function findRunning(aws: Aws, stage: Stage): Promise<RefreshStatus | undefined> {
  const refresh = await findRefresh(aws, stage);
  const status = refresh && toRefreshStatus(refresh, Date.now());
  return status && isRunning(status) ? status : undefined;
}

/**
 * Starts it by the group's own policy of how many may be missing and how many more there may be. What bounds a deploy
 * (alarms, checkpoints, bake) is taken over from the last roll, which was one.
 * @returns its id
 */
export async function startRoll(aws: Aws, stage: Stage, { template, bakeSeconds }: RollOptions = {}): Promise<string> {
  const [group, last] = await Promise.all([getGroup(aws, stage), findRefresh(aws, stage)]);
  const { AlarmSpecification, CheckpointPercentages, CheckpointDelay, BakeTime } = last?.Preferences ?? {};
  const policy = group.InstanceMaintenancePolicy;
  const Preferences: RefreshPreferences = {
    // Without a policy of the group: as clonekit's stacks have it.
    MinHealthyPercentage: policy?.MinHealthyPercentage ?? 100,
    MaxHealthyPercentage: policy?.MaxHealthyPercentage ?? 150,
    SkipMatching: false,
    ...(AlarmSpecification?.Alarms?.length ? { AlarmSpecification } : {}),
    ...(CheckpointPercentages?.length ? { CheckpointPercentages, CheckpointDelay } : {}),
    ...((bakeSeconds ?? BakeTime) ? { BakeTime: bakeSeconds ?? BakeTime } : {}),
    // There is something to go back to only where something changes.
    ...(template ? { AutoRollback: true } : {}),
  };
  const DesiredConfiguration = template && toDesired(group, template);
  const { InstanceRefreshId } = await aws.of(AutoScalingClient).send(
    new StartInstanceRefreshCommand({
      ...{ AutoScalingGroupName: stage.groupName, Strategy: 'Rolling', Preferences },
      ...(DesiredConfiguration ? { DesiredConfiguration } : {}),
    }),
  );
  return InstanceRefreshId ?? '';
}

/** What the group launches, of another version: the types it mixes, and how, stay. */
function toDesired(
  { MixedInstancesPolicy: mixed }: AutoScalingGroup,
  { id, version }: TemplateReference,
): DesiredConfiguration {
  const of = { LaunchTemplateId: id, Version: version };
  if (!mixed) return { LaunchTemplate: of };
  const LaunchTemplate = { ...mixed.LaunchTemplate, LaunchTemplateSpecification: of };
  return { MixedInstancesPolicy: { ...mixed, LaunchTemplate } };
}

/** Waits until that roll has come to an end. */
export async function watchRoll(
  aws: Aws,
  stage: Stage,
  id: string,
  onLook: (refresh: RefreshStatus) => void,
): Promise<RefreshStatus> {
  const ended = await poll(aws, {
    what: `group ${stage.groupName}: its roll must have ended`,
    ask: async () => {
      // One that was just begun may not be listed yet.
      const refresh = await findRefresh(aws, stage, id);
      return refresh && toRefreshStatus(refresh, Date.now());
    },
    isDone: (found) => found !== undefined && !isRunning(found),
    onLook: (found) => found && onLook(found),
    withinSeconds: longestSeconds,
    toText: (found) => (found ? `${found.status}, ${found.percent} %` : 'nothing'),
  });
  return ended as RefreshStatus;
}
