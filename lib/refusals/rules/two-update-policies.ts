// A group that is told to roll in two ways.
import type { Refusal } from '../refusal';

const path = 'UpdatePolicy';
const policies = ['AutoScalingInstanceRefresh', 'AutoScalingRollingUpdate'];

export const twoUpdatePolicies: Refusal = {
  name: 'two-update-policies',
  prevents: 'CloudFormation fails the first update of the group',
  remedy: 'keep UpdatePolicy.instanceRefresh, for scaling goes on during it',
  find: (view) =>
    view
      .ofType('AWS::AutoScaling::AutoScalingGroup')
      .filter((group) => policies.every((policy) => group.isSet(`${path}.${policy}`)))
      .map((at) => ({ at, path, must: `must have one of ${policies.join(' and ')}`, got: policies })),
};
