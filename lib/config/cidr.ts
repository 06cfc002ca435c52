// Address ranges: whether one is well formed, and how it is cut into equal subnets.

export interface Cidr {
  /** First address as an unsigned 32-bit number. */
  address: number;
  /** Fixed leading bits, 0 to 32. */
  prefix: number;
}

/** Tiers of a network, each with one subnet per zone: public, clones, data. */
export const tierCount = 3;

/** Most zones of a network. It is cut for so many from the start: subnets cannot move when a zone is added. */
export const maxZones = 3;

/** `10.0.0.0/16` taken apart; undefined when it is not an IPv4 range, or its address has bits set below the prefix. */
export const findCidr = (text: string): Cidr | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return address % 2 ** (32 - prefix) === 0 ? { address, prefix } : undefined;
};

/** The prefix of each subnet when `prefix` is cut into equal ones for every tier in every zone there may be. */
export const toSubnetPrefix = (prefix: number): number => prefix + Math.ceil(Math.log2(tierCount * maxZones));
