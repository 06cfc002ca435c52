// A group that waits for signals when it is made, and never again.
import type { Refusal } from '../refusal';

const path = 'CreationPolicy.ResourceSignal';

export const signalsWithInstanceRefresh: Refusal = {
  name: 'signals-with-instance-refresh',
  prevents: 'updates roll on without them: an instance refresh reads no signals',
  remedy: 'let a launching lifecycle hook hold a clone back until it is ready; leave signals out',
  find: (view) =>
    view
      .ofType('AWS::AutoScaling::AutoScalingGroup')
      .filter((group) => group.isSet('UpdatePolicy.AutoScalingInstanceRefresh') && group.isSet(path))
      .map((at) => ({ at, path, must: 'must not be set on a group that is refreshed', got: at.at(path) })),
};
