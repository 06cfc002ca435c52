// A template that says how many clones there are now.
import type { Refusal } from '../refusal';

const path = 'Properties.DesiredCapacity';

export const desiredCapacity: Refusal = {
  name: 'desired-capacity',
  prevents: 'the next deploy resets the fleet to it, whatever the load has made of it',
  remedy: 'leave desiredCapacity out: fewest and most are for the template to say, what lies between is for the group',
  find: (view) =>
    view
      .ofType('AWS::AutoScaling::AutoScalingGroup')
      .filter((group) => group.isSet(path))
      .map((at) => ({ at, path, must: 'must not be set', got: at.at(path) })),
};
