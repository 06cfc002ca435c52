// What must hold where the stage is: region, zones, addresses.
import { findCidr, maxZones, tierCount, toSubnetPrefix } from './cidr';
import { deriveClones } from './derived';
import { s3PrefixLists } from './regions';
import { type Rule, unless } from './rule';
import { isNewNetwork } from './stage-config';

const isRegion = (region: string): boolean => /^[a-z]{2}(-[a-z]+)+-\d$/.test(region);

const regionIsARegion: Rule = ({ region }) =>
  unless(isRegion(region), {
    path: 'region',
    rule: 'must be the name of an AWS region',
    got: region,
    remedy: "write it like 'eu-central-1'",
  });

const zonesAreLetters: Rule = ({ zones }) =>
  zones.flatMap((zone, i) =>
    unless(/^[a-z]$/.test(zone), {
      path: `zones.${i}`,
      rule: 'must be one letter',
      got: zone,
      remedy: 'leave the region out of it',
    }),
  );

const zonesAreSeveral: Rule = ({ zones }) =>
  unless(zones.length >= 2, {
    path: 'zones',
    rule: 'must be at least 2: the load balancer takes no fewer, and one zone can be lost',
    got: zones,
    remedy: 'add a zone of the region',
  });

const zonesAreNotTooMany: Rule = ({ zones }) =>
  unless(zones.length <= maxZones, {
    path: 'zones',
    rule: `must be at most ${maxZones}: the network is cut for so many from the start`,
    got: zones,
    remedy: 'leave some out',
  });

const zonesAreDifferent: Rule = ({ zones }) =>
  unless(new Set(zones).size === zones.length, {
    path: 'zones',
    rule: 'must not name a zone twice',
    got: zones,
    remedy: 'remove the double one',
  });

const regionIsKnown: Rule = ({ region }) =>
  unless(!isRegion(region) || Object.hasOwn(s3PrefixLists, region), {
    path: 'region',
    rule: 'must be one whose list of S3 addresses we know',
    got: region,
    remedy: `use one of ${Object.keys(s3PrefixLists).join(', ')}, or add it to lib/config/regions.ts: aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.${region}.s3`,
  });

const cidrIsARange: Rule = ({ network }) =>
  isNewNetwork(network)
    ? unless(findCidr(network.cidr) !== undefined, {
        path: 'network.cidr',
        rule: 'must be an IPv4 range whose address is its first',
        got: network.cidr,
        remedy: "write it like '10.0.0.0/16'",
      })
    : [];

/** The load balancer wants subnets of /27 or larger; a VPC is /16 at most. */
const cidrHoldsTheSubnets: Rule = ({ network }) => {
  const range = isNewNetwork(network) ? findCidr(network.cidr) : undefined;
  if (!isNewNetwork(network) || !range) return [];
  const smallest = 27 - (toSubnetPrefix(range.prefix) - range.prefix);
  return unless(range.prefix >= 16 && range.prefix <= smallest, {
    path: 'network.cidr',
    rule: `must be from /16 to /${smallest} to hold ${tierCount} tiers in ${maxZones} zones, each subnet /27 or larger`,
    got: network.cidr,
    remedy: range.prefix < 16 ? 'use a smaller range' : 'use a larger range',
  });
};

/** AWS keeps five addresses of every subnet; interface endpoints and functions take a few more. */
const takenAddresses = 5 + 11;

const addressesHoldTheSurge: Rule = ({ network, zones, clones }) => {
  const range = isNewNetwork(network) ? findCidr(network.cidr) : undefined;
  const prefix = range && toSubnetPrefix(range.prefix);
  // A range that is none, or far too small, is another rule's to tell.
  if (zones.length === 0 || (isNewNetwork(network) && (prefix === undefined || prefix > 27))) return [];
  const each = isNewNetwork(network) ? 2 ** (32 - (prefix ?? 0)) - takenAddresses : network.cloneAddresses;
  const { surge } = deriveClones(clones);
  return unless(surge <= each * zones.length, {
    path: isNewNetwork(network) ? 'network.cidr' : 'network.cloneAddresses',
    rule: `must leave an address for each of ${surge} clones, all of a group that rolls, in ${zones.length} zones`,
    got: isNewNetwork(network) ? network.cidr : network.cloneAddresses,
    remedy: 'use a larger range or lower clones.max',
  });
};

const ids = { vpc: /^vpc-[0-9a-f]{8,17}$/, subnet: /^subnet-[0-9a-f]{8,17}$/, group: /^sg-[0-9a-f]{8,17}$/ };

const existingIdsAreIds: Rule = ({ network }) => {
  if (isNewNetwork(network)) return [];
  const { vpcId, publicSubnetIds, cloneSubnetIds, dataSubnetIds, endpointsSecurityGroupId } = network;
  const subnets = Object.entries({ publicSubnetIds, cloneSubnetIds, dataSubnetIds }).flatMap(([path, list]) =>
    list.map((id, i): [string, string, keyof typeof ids] => [`${path}.${i}`, id, 'subnet']),
  );
  return (
    [['vpcId', vpcId, 'vpc'], ...subnets, ['endpointsSecurityGroupId', endpointsSecurityGroupId, 'group']] as const
  ).flatMap(([path, id, kind]) =>
    unless(ids[kind].test(id), {
      path: `network.${path}`,
      rule: `must be the id of a ${kind === 'group' ? 'security group' : kind}`,
      got: id,
      remedy: 'paste it from the console or `aws ec2 describe-…`',
    }),
  );
};

const existingTiersAreInEveryZone: Rule = ({ network, zones }) => {
  if (isNewNetwork(network)) return [];
  const { publicSubnetIds, cloneSubnetIds, dataSubnetIds } = network;
  return Object.entries({ publicSubnetIds, cloneSubnetIds, dataSubnetIds }).flatMap(([path, list]) =>
    unless(list.length === zones.length && new Set(list).size === list.length, {
      path: `network.${path}`,
      rule: `must be ${zones.length} different subnets, one in each of zones, in their order`,
      got: list,
      remedy: 'name one subnet of the tier in each zone',
    }),
  );
};

export const networkRules: readonly Rule[] = [
  regionIsARegion,
  regionIsKnown,
  zonesAreLetters,
  zonesAreSeveral,
  zonesAreNotTooMany,
  zonesAreDifferent,
  cidrIsARange,
  cidrHoldsTheSubnets,
  addressesHoldTheSurge,
  existingIdsAreIds,
  existingTiersAreInEveryZone,
];
