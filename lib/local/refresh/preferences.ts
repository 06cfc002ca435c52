// How an instance refresh goes about it: what was asked for, and what AWS takes where nothing was.

export interface RefreshPreferences {
  /** Percent of the wanted clones that stay in service. */
  readonly minHealthyPercent: number;
  /** Percent of the wanted clones that there may be. */
  readonly maxHealthyPercent: number;
  /** Seconds that a new clone is in service before the next is replaced. */
  readonly warmUpSeconds: number;
  /** Clones that are of the wanted template already stay. */
  readonly skipMatching: boolean;
  /** Percents at which it stops, ascending. */
  readonly checkpoints: readonly number[];
  readonly checkpointSeconds: number;
  readonly bakeSeconds: number;
  /** Names of alarms that end it. */
  readonly alarms: readonly string[];
  readonly autoRollback: boolean;
}

/** How many clones a refresh may have and must have, of so many that are wanted. At least one is always on its way. */
export function toBounds(
  desired: number,
  { minHealthyPercent, maxHealthyPercent }: Pick<RefreshPreferences, 'minHealthyPercent' | 'maxHealthyPercent'>,
): { readonly fewest: number; readonly most: number } {
  const fewest = Math.ceil((desired * minHealthyPercent) / 100);
  const most = Math.max(desired, Math.floor((desired * maxHealthyPercent) / 100));
  // 100 and 100 would let nothing happen: AWS then ends one before its successor is there.
  if (most === desired && fewest >= desired) return { fewest: Math.max(0, desired - 1), most };
  return { fewest, most };
}
