// More clones, while they roll, than their subnets have addresses for.
import { listFleets } from '../fleet';
import type { Refusal } from '../refusal';
import type { ResourceView } from '../template-view';

const path = 'Properties.VPCZoneIdentifier';

/** AWS keeps five of every subnet for itself. */
const reserved = 5;

/** NaN where the template does not say. */
const addressesOf = (subnet: ResourceView): number => {
  const prefix = /\/(\d+)$/.exec(subnet.text('Properties.CidrBlock') ?? '')?.[1];
  return prefix === undefined ? Number.NaN : 2 ** (32 - Number(prefix)) - reserved;
};

export const surgeAboveSubnetAddresses: Refusal = {
  name: 'surge-above-subnet-addresses',
  prevents: 'a roll stops half way, for new clones get no address',
  remedy: 'use larger subnets, or lower the most clones there may be',
  find: (view) => {
    const fleets = listFleets(view).flatMap(({ group, surge }) =>
      surge === undefined ? [] : [{ group, surge, subnets: group.mentioned(path, 'AWS::EC2::Subnet') }],
    );
    return fleets.flatMap(({ group, surge, subnets }) => {
      const free = subnets.map(addressesOf).reduce((sum, addresses) => sum + addresses, 0);
      // Fleets in the same subnets share their addresses.
      const others = fleets.filter(
        (other) => other.group !== group && other.subnets.some((one) => subnets.includes(one)),
      );
      const all = others.reduce((sum, other) => sum + other.surge, surge);
      // A subnet that is not in the templates may be of any size.
      if (subnets.length < group.list(path).length || !(all > free)) return [];
      return [{ at: group, path, must: `must have ${all} free addresses, one per clone of a roll`, got: free }];
    });
  },
};
