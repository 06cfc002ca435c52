// What AWS sells by name, and how much memory a name buys: an unknown name is refused before it becomes a failed deploy.

/** Percent of a cache node's maxmemory kept free for failover and snapshots; the stacks set it, so the template says it. */
export const reservedMemoryPercent = 25;

/**
 * ElastiCache node types and the `maxmemory` AWS publishes for Valkey on each, in bytes.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html Valkey node-type specific parameters
 */
export const cacheNodeTypes: Readonly<Record<string, { readonly maxMemoryBytes: number }>> = {
  'cache.t4g.micro': { maxMemoryBytes: 536_870_912 },
  'cache.t4g.small': { maxMemoryBytes: 1_471_026_299 },
  'cache.t4g.medium': { maxMemoryBytes: 3_317_862_236 },
  'cache.m7g.large': { maxMemoryBytes: 6_854_542_746 },
  'cache.m7g.xlarge': { maxMemoryBytes: 13_891_921_715 },
  'cache.m7g.2xlarge': { maxMemoryBytes: 27_966_669_210 },
  'cache.m7g.4xlarge': { maxMemoryBytes: 56_116_178_125 },
  'cache.m7g.8xlarge': { maxMemoryBytes: 111_325_552_312 },
  'cache.r7g.large': { maxMemoryBytes: 14_037_181_030 },
  'cache.r7g.xlarge': { maxMemoryBytes: 28_261_849_702 },
  'cache.r7g.2xlarge': { maxMemoryBytes: 56_711_183_565 },
  'cache.r7g.4xlarge': { maxMemoryBytes: 113_609_865_216 },
  'cache.r7g.8xlarge': { maxMemoryBytes: 225_000_375_228 },
};

/** RDS instance classes and their memory. */
export const databaseClasses: Readonly<Record<string, { readonly memoryGiB: number }>> = {
  'db.t4g.micro': { memoryGiB: 1 },
  'db.t4g.small': { memoryGiB: 2 },
  'db.t4g.medium': { memoryGiB: 4 },
  'db.t4g.large': { memoryGiB: 8 },
  'db.m7g.large': { memoryGiB: 8 },
  'db.m7g.xlarge': { memoryGiB: 16 },
  'db.m7g.2xlarge': { memoryGiB: 32 },
  'db.m7g.4xlarge': { memoryGiB: 64 },
  'db.r7g.large': { memoryGiB: 16 },
  'db.r7g.xlarge': { memoryGiB: 32 },
  'db.r7g.2xlarge': { memoryGiB: 64 },
  'db.r7g.4xlarge': { memoryGiB: 128 },
};

/** The most connections RDS would let a server of this class hold, by the memory MySQL needs for each. */
export const getMaxConnections = (instanceClass: string): number => {
  const size = databaseClasses[instanceClass];
  if (!size) throw new Error(`${instanceClass} was not verified`);
  // A tenth less than RDS's own formula, DBInstanceClassMemory / 12582880: that memory is what the system leaves.
  return Math.floor(((size.memoryGiB * 2 ** 30) / 12_582_880) * 0.9);
};

/** Connections of operators, rotation and monitoring. */
const reservedConnections = 10;
/** Percent of `max_connections` the clones may take together. */
const clonesSharePercent = 80;
/** More do not make a clone faster: its statements wait for the same server. */
const mostConnections = 10;

/** Clones that there may be when each opens so many connections to a server that holds so many. */
export const clonesFor = (poolSize: number, maxConnections: number): number =>
  Math.max(0, Math.floor((Math.floor((maxConnections * clonesSharePercent) / 100) - reservedConnections) / poolSize));

/** Connections each of so many clones may open to a server that holds so many; 0 when not even one fits. */
export const connectionsFor = (clones: number, maxConnections: number): number => {
  const forClones = Math.floor((maxConnections * clonesSharePercent) / 100) - reservedConnections;
  return Math.max(0, Math.min(mostConnections, Math.floor(forClones / clones)));
};

/**
 * Families of cache nodes that can keep a durable log.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Durability.Limitations.html
 */
const durableFamilies = ['r6g', 'r7g', 'm6g', 'm7g', 'c7gn'];

/** Whether a cache node type such as `cache.m7g.large` can keep a durable log. */
export const isDurable = (nodeType: string): boolean => durableFamilies.includes(nodeType.split('.')[1] ?? '');

export const architectures = ['arm64', 'x86_64'] as const;
export type Architecture = (typeof architectures)[number];

/** EC2 instance families a clone may be of, with their processor: an image runs on one of the two only. */
export const cloneFamilies: Readonly<Record<string, Architecture>> = {
  t4g: 'arm64',
  m6g: 'arm64',
  m7g: 'arm64',
  m8g: 'arm64',
  c7g: 'arm64',
  r7g: 'arm64',
  t3: 'x86_64',
  m7i: 'x86_64',
  c7i: 'x86_64',
  r7i: 'x86_64',
};

const burstable = ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'];
const steady = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge'];

/** The processor of an instance type such as `t4g.small`; undefined when the type is not one we know. */
export const findArchitecture = (instanceType: string): Architecture | undefined => {
  const [family = '', size = '', ...rest] = instanceType.split('.');
  const sizes = family.startsWith('t') ? burstable : steady;
  const isKnown = Object.hasOwn(cloneFamilies, family) && sizes.includes(size) && rest.length === 0;
  return isKnown ? cloneFamilies[family] : undefined;
};
