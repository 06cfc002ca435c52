// A roll that keeps the machines, and with them whatever was written beside the root volume.
import type { Refusal } from '../refusal';

const path = 'UpdatePolicy.AutoScalingInstanceRefresh.Strategy';

export const replaceRootVolume: Refusal = {
  name: 'replace-root-volume',
  prevents: 'clones go on with what old code left on their other disks, and are clones no more',
  remedy: 'use InstanceRefreshStrategy.ROLLING',
  find: (view) =>
    view
      .ofType('AWS::AutoScaling::AutoScalingGroup')
      .filter((group) => group.text(path) === 'ReplaceRootVolume')
      .map((at) => ({ at, path, must: 'must be Rolling', got: at.at(path) })),
};
