// Address ranges, at their edges.
import { findCidr, toSubnetPrefix } from '../../lib/config/cidr';

test.each([
  ['10.0.0.0/16', { address: 0x0a000000, prefix: 16 }],
  ['192.168.4.0/22', { address: 0xc0a80400, prefix: 22 }],
  ['0.0.0.0/0', { address: 0, prefix: 0 }],
  ['255.255.255.255/32', { address: 0xffffffff, prefix: 32 }],
])('%s is a range', (text, range) => {
  expect(findCidr(text)).toEqual(range);
});

test.each(['', '10.0.0.0', '10.0.0/16', '10.0.0.256/32', '10.0.0.0/33', '10.0.0.1/16', ' 10.0.0.0/16', 'fd00::/8'])(
  '%j is none',
  (text) => {
    expect(findCidr(text)).toBeUndefined();
  },
);

test.each([
  [16, 20],
  [20, 24],
  [23, 27],
])('/%i over three tiers in as many zones as there may be makes subnets of /%i', (prefix, subnet) => {
  expect(toSubnetPrefix(prefix)).toBe(subnet);
});
