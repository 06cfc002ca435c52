// The roll that goes on, or the last one: how far it is and how long it may still take.
import {
  AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
} from '@aws-sdk/client-auto-scaling';
import type { Aws } from '../aws';
import type { Stage } from '../stage';

export interface RefreshStatus {
  readonly id: string;
  /** Auto Scaling's word, e.g. InProgress, Baking, RollbackInProgress, Successful. */
  readonly status: string;
  readonly percent: number;
  /** Clones that are still to be replaced. */
  readonly left: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Seconds it may still take, from what it took so far; null where nothing can be said. */
  readonly secondsLeft: number | null;
  readonly reason: string | null;
}

const ended = ['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful'];

export const isRunning = ({ status }: Pick<RefreshStatus, 'status'>): boolean => !ended.includes(status);

export function toRefreshStatus(refresh: InstanceRefresh, now: number): RefreshStatus {
  const status = refresh.Status ?? 'Pending';
  const percent = refresh.PercentageComplete ?? 0;
  const began = refresh.StartTime?.getTime();
  return {
    id: refresh.InstanceRefreshId ?? '',
    status,
    percent,
    left: refresh.InstancesToUpdate ?? 0,
    startedAt: refresh.StartTime?.toISOString() ?? null,
    endedAt: refresh.EndTime?.toISOString() ?? null,
    secondsLeft: isRunning({ status })
      ? toSecondsLeft(refresh, percent, began === undefined ? 0 : (now - began) / 1000)
      : 0,
    reason: refresh.StatusReason ?? null,
  };
}

/** As fast as so far; and then it bakes. Nothing is said before the first clone is done. */
function toSecondsLeft({ Preferences, Status }: InstanceRefresh, percent: number, passed: number): number | null {
  const bake = Preferences?.BakeTime ?? 0;
  if (Status === 'Baking') return bake;
  if (percent <= 0 || percent > 100) return null;
  return Math.round((passed * (100 - percent)) / percent) + bake;
}

/** The newest one of all, or that one; undefined where there is none. */
export async function findRefresh(aws: Aws, { groupName }: Stage, id?: string): Promise<InstanceRefresh | undefined> {
  const question = { AutoScalingGroupName: groupName, ...(id ? { InstanceRefreshIds: [id] } : { MaxRecords: 1 }) };
  return (await aws.of(AutoScalingClient).send(new DescribeInstanceRefreshesCommand(question))).InstanceRefreshes?.[0];
}

export async function readRefresh(aws: Aws, stage: Stage): Promise<RefreshStatus | null> {
  const refresh = await findRefresh(aws, stage);
  return refresh ? toRefreshStatus(refresh, Date.now()) : null;
}
