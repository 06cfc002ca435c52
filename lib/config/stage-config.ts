// The shape of what a stage runs. Whether the values make sense together is in rules.ts.
import { z } from 'zod';
import { stageNames } from './names';
import { architectures } from './node-types';

const count = z.int().min(0);
const seconds = z.int().min(1);

/** Giving up a protection costs a written reason: it is read in reviews, and it is the only way to say no. */
const refusal = z.strictObject({ refusedBecause: z.string() });

const protection = z.union([z.literal(true), refusal], {
  error: 'must be true, or {refusedBecause} with the reason for going without',
});

const https = z.union([z.strictObject({ certificateArn: z.string() }), refusal], {
  error: 'must be {certificateArn}, or {refusedBecause} with the reason for serving without TLS',
});

export const stageConfig = z.strictObject({
  stage: z.enum(stageNames),
  /** AWS region, e.g. `eu-central-1`. */
  region: z.string(),
  /** Letters of the region's availability zones to spread over. */
  zones: z.array(z.string()),
  /** IPv4 range of the network, cut equally into three tiers in every zone. */
  cidr: z.string(),
  /** NAT gateways: 1 is cheap, one per zone outlives the loss of a zone. */
  natGateways: count,

  /** How people reach the load balancer. */
  https,
  /** Whether the load balancer, the database and the Data stack refuse to be deleted. */
  deletionProtection: protection,

  clones: z.strictObject({
    /** EC2 instance type. */
    instanceType: z.string(),
    architecture: z.enum(architectures),
    /** Fewest clones; the group never goes below. */
    min: count,
    /** Most clones; more than `min`, so that a roll can launch before it terminates. */
    max: count,
    /** Requests per minute one clone should serve: above it the group grows. */
    requestsPerMinute: z.int().min(1),
    /** Seconds from launch until a clone has reached everything it needs; a slower one is abandoned. */
    readyWithinSeconds: seconds,
  }),

  image: z.strictObject({
    /** The baked image, as a literal: the template changes when, and only when, the image does. */
    amiId: z.string(),
  }),

  healthCheck: z.strictObject({
    intervalSeconds: seconds,
    timeoutSeconds: seconds,
    /** Passes in a row until a clone gets requests. */
    healthyThreshold: count,
    /** Failures in a row until it gets none. */
    unhealthyThreshold: count,
  }),
  /** Seconds the load balancer lets a leaving clone finish what it serves. */
  deregistrationSeconds: count,
  /** How the load balancer picks a clone. Never by least outstanding requests: a clone that fails fast would win. */
  algorithm: z.enum(['round_robin', 'weighted_random']),
  /** Seconds the load balancer keeps an idle connection. */
  idleTimeoutSeconds: seconds,

  database: z.strictObject({
    /** RDS instance class of the primary and of every replica: a promoted replica must carry the load. */
    class: z.string(),
    storageGiB: count,
    /** Storage grows by itself up to here. */
    maxStorageGiB: count,
    /** Read replicas. */
    replicas: count,
    /** Days of automatic backups; 0 turns them off. */
    backupDays: count,
    /** A standby in another zone that takes over. */
    multiAz: protection,
  }),
  sessions: z.strictObject({
    /** ElastiCache node type. */
    nodeType: z.string(),
    /** Copies besides the primary; with at least one, a copy takes over when the primary dies. */
    replicas: count,
  }),
  objects: z.strictObject({
    nodeType: z.string(),
    replicas: count,
    /** What goes when memory is full: the least recently or the least frequently used. */
    evictionPolicy: z.enum(['allkeys-lru', 'allkeys-lfu']),
  }),
});

export type StageConfig = z.infer<typeof stageConfig>;
export type Protection = StageConfig['deletionProtection'];
export type Https = StageConfig['https'];

/** Whether a protection is on. */
export const isOn = (protection: Protection): protection is true => protection === true;
