// A fleet that cannot launch a clone before it ends one.
import { findRollPercents, listFleets } from '../fleet';
import type { Refusal } from '../refusal';

const percent = 'UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MaxHealthyPercentage';

export const noHeadroom: Refusal = {
  name: 'no-headroom',
  prevents: 'a roll takes clones away before it has new ones, and load finds fewer than the fewest',
  remedy: 'raise it: one more than the fewest, and 100 + 100 / MinSize percent, are enough',
  find: (view) =>
    listFleets(view)
      .filter(({ targetGroups }) => targetGroups.length > 0)
      .flatMap(({ group, min, max }) => {
        if (min === undefined || max === undefined || min < 1) return [];
        if (min >= max)
          return [{ at: group, path: 'Properties.MaxSize', must: `must be above MinSize (${min})`, got: max }];
        const percents = findRollPercents(group);
        if (!percents) return [];
        const canLaunchFirst = Math.floor((min * percents.max) / 100) > min;
        const mayEndFirst = Math.ceil((min * percents.min) / 100) < min;
        if (canLaunchFirst || mayEndFirst) return [];
        const must = `must be ${100 + Math.ceil(100 / min)} or more to launch a whole clone beside ${min}`;
        return [{ at: group, path: percent, must, got: percents.max }];
      }),
};
