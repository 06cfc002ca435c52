// What must hold where the stage is: region, zones, addresses.
import { findCidr, tierCount, toSubnetPrefix } from './cidr';
import { type Rule, unless } from './rule';

const regionIsARegion: Rule = ({ region }) =>
  unless(/^[a-z]{2}(-[a-z]+)+-\d$/.test(region), {
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

const zonesAreDifferent: Rule = ({ zones }) =>
  unless(new Set(zones).size === zones.length, {
    path: 'zones',
    rule: 'must not name a zone twice',
    got: zones,
    remedy: 'remove the double one',
  });

const cidrIsARange: Rule = ({ cidr }) =>
  unless(findCidr(cidr) !== undefined, {
    path: 'cidr',
    rule: 'must be an IPv4 range whose address is its first',
    got: cidr,
    remedy: "write it like '10.0.0.0/16'",
  });

/** The load balancer wants subnets of /27 or larger; a VPC is /16 at most. */
const cidrHoldsTheSubnets: Rule = ({ cidr, zones }) => {
  const range = findCidr(cidr);
  if (!range || zones.length === 0) return [];
  const smallest = 27 - (toSubnetPrefix(range.prefix, zones.length) - range.prefix);
  return unless(range.prefix >= 16 && range.prefix <= smallest, {
    path: 'cidr',
    rule: `must be from /16 to /${smallest} to hold ${tierCount} tiers in ${zones.length} zones, each subnet /27 or larger`,
    got: cidr,
    remedy: range.prefix < 16 ? 'use a smaller range' : 'use a larger range or fewer zones',
  });
};

const natGatewaysFitTheZones: Rule = ({ natGateways, zones }) =>
  unless(natGateways >= 1 && natGateways <= zones.length, {
    path: 'natGateways',
    rule: `must be from 1 to the number of zones (${zones.length})`,
    got: natGateways,
    remedy: 'use 1 to save money, one per zone to outlive the loss of a zone',
  });

export const networkRules: readonly Rule[] = [
  regionIsARegion,
  zonesAreLetters,
  zonesAreSeveral,
  zonesAreDifferent,
  cidrIsARange,
  cidrHoldsTheSubnets,
  natGatewaysFitTheZones,
];
