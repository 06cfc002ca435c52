// The shape of what a stage runs. Whether the values make sense together is in rules.ts.
import { z } from 'zod';
import { baseImages } from './base-images';
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

const newNetwork = z.strictObject({
  /** IPv4 range of the network, cut equally into three tiers in every zone. */
  cidr: z.string(),
  /**
   * The way out to the internet, for clones that call others on 443 (mail, payment), and for the machine that bakes. Prices
   * in eu-central-1, a month: `one` about 42 USD and 0.052 USD a GB, and is lost with its zone; `per-zone` that much in
   * every zone; `none` two endpoints for baking, 18 USD, and clones reach AWS and nothing else.
   */
  nat: z.enum(['none', 'one', 'per-zone']),
  /**
   * Zones in which AWS's own API is reached without leaving the network, about 9 USD a month for each of five services
   * and zone: `one-zone` is lost with its zone, and with it the start of new clones; `every-zone` is not.
   */
  endpoints: z.enum(['one-zone', 'every-zone']),
});

const existingNetwork = z.strictObject({
  /**
   * The VPC there is; nothing in it is changed but for security groups of our own. Deploy the network stack first, and let
   * its groups of clones, image builder and rotation in to the endpoints; then the others.
   */
  vpcId: z.string(),
  /** A subnet of each tier in every zone, in the order of `zones`. */
  publicSubnetIds: z.array(z.string()),
  cloneSubnetIds: z.array(z.string()),
  dataSubnetIds: z.array(z.string()),
  /** Free addresses in each of the clones' subnets: they cannot be looked up while synthesizing. */
  cloneAddresses: count,
  /** Security group of its interface endpoints; clones are let out to it on 443, and it must let them in. */
  endpointsSecurityGroupId: z.string(),
});

const network = z.union([newNetwork, existingNetwork], {
  error: 'must be {cidr, nat, endpoints} for a network of its own, or {vpcId, …} for one there is',
});

/** Who is told of alarms. Alarms there always are; that nobody hears them costs a reason. */
const alarms = z.union(
  [
    z.strictObject({
      /** E-mail addresses; each must confirm once. */
      emails: z.array(z.string()),
      /** A channel of Slack, by Amazon Q Developer in chat applications (once Chatbot). */
      slack: z.strictObject({ workspaceId: z.string(), channelId: z.string() }).optional(),
    }),
    refusal,
  ],
  { error: 'must be {emails, slack?}, or {refusedBecause} with the reason why nobody is told' },
);

/** Writes of the sessions cache that were answered are still there after its primary is lost. */
const durability = z.union([z.enum(['sync', 'async']), refusal], {
  error: "must be 'sync', 'async', or {refusedBecause} with the reason for going without",
});

/** People are signed out by whatever forgets their sessions: there is one engine for them, and a reason for it. */
const sessionsEngine = z.custom<'valkey'>((engine) => engine === 'valkey', {
  error:
    'must be valkey: sessions must survive, and Memcached throws them out when it is full, forgets them when it restarts, and asks nobody for a password',
  params: { remedy: 'use valkey; objects.engine may be memcached' },
});

/** What goes when memory is full can be read or computed again; the engine decides what else there is to choose. */
const objects = z.discriminatedUnion(
  'engine',
  [
    z.strictObject({
      engine: z.literal('valkey'),
      nodeType: z.string(),
      replicas: count,
      /** What goes when memory is full: the least recently or the least frequently used. */
      evictionPolicy: z.enum(['allkeys-lru', 'allkeys-lfu']),
    }),
    /**
     * One node, which takes every processor it has; a quarter dearer than Valkey's. It has no copies, no users and no
     * passwords, encrypts what is on the way and not what it holds, and forgets everything when it restarts. Another node
     * type is another node, and an empty one.
     */
    z.strictObject({ engine: z.literal('memcached'), nodeType: z.string() }),
  ],
  { error: 'must be valkey, with nodeType, replicas and evictionPolicy, or memcached, with nodeType' },
);

const replica = z.strictObject({
  /** RDS instance class; the primary's when absent. A smaller one cannot take over the primary's load. */
  class: z.string().optional(),
  /** Letter of its zone; RDS chooses when absent. */
  zone: z.string().optional(),
});

export const stageConfig = z.strictObject({
  stage: z.enum(stageNames),
  /** AWS region, e.g. `eu-central-1`. */
  region: z.string(),
  /**
   * Letters of the region's availability zones to spread over, 2 or 3. A third may be added behind the others at any time;
   * the order of those there are must not change.
   */
  zones: z.array(z.string()),
  network,

  /** How people reach the load balancer. */
  https,
  /** Whether the load balancer, the database and the Data stack refuse to be deleted. */
  deletionProtection: protection,
  /** Whether a web application firewall stands before the load balancer: AWS's managed rules, and a limit per address. */
  waf: protection,
  alarms,

  clones: z.strictObject({
    /**
     * EC2 instance types of one architecture, the preferred one first; more than one keeps a fleet growing when a zone
     * has run out of the first. Of one size: a request-count target is the same for all.
     */
    instanceTypes: z.array(z.string()),
    architecture: z.enum(architectures),
    /** Fewest clones; the group never goes below. */
    min: count,
    /** Most clones; more than `min`, so that a roll can launch before it terminates. */
    max: count,
    /** How much of the group may be Spot: a third of the price, gone with two minutes' notice. All on demand when absent. */
    spot: z
      .strictObject({
        /** Clones that are on demand in any case. */
        onDemandBase: count,
        /** Percent of the others that are Spot. */
        sharePercent: z.int().min(1).max(100),
      })
      .optional(),
    /** Requests per minute one clone should serve: above it the group grows. */
    requestsPerMinute: z.int().min(1),
    /** Percent of its processors one clone should use: above it the group grows. */
    cpuPercent: z.int().min(1).max(100),
    /** Times at which the fewest clones change, ahead of load that is known; in UTC. None when absent. */
    schedule: z
      .array(
        z.strictObject({
          name: z.string(),
          /** Unix cron expression of five fields, e.g. `0 7 * * 1-5`. */
          cron: z.string(),
          min: count,
        }),
      )
      .optional(),
    /** Whether the group learns the load of each hour and grows ahead: not at all, as a forecast to look at, or for real. */
    predictive: z.enum(['off', 'forecast', 'scale']),
    /** Days after which a clone is replaced, whatever happens: nothing that piles up on it gets old. */
    maxLifetimeDays: z.int().min(1),
    /** Seconds from launch until a clone has reached everything it needs; every other time of its life follows from it. */
    readyWithinSeconds: seconds,
    roll: z.strictObject({
      /** Percents of the fleet at which a roll waits, ascending; empty: it goes on to the end. */
      checkpoints: z.array(z.int().min(1).max(100)),
      /** Seconds it waits there. */
      checkpointSeconds: count,
      /** Seconds the alarms are watched after the last clone, before the roll counts as done. */
      bakeSeconds: count,
      /**
       * Whether what people notice undoes a roll. To be refused, with the reason, for the roll that mends what they notice:
       * an alarm that is bad already would stop it.
       */
      alarms: protection,
    }),
  }),

  /** What clones are made from: the release, baked into a base image. */
  image: z.strictObject({
    /**
     * When it is baked. `on-deploy`: with the Image stack, whenever the release or this config has changed; it takes half an
     * hour and nothing else. `locked`: by `clonekit bake`, which writes its id to `.image.lock.json`, so that a deploy bakes
     * nothing, a new image is one line of a review, and `git revert` is the way back.
     */
    bake: z.enum(['on-deploy', 'locked']),
    /** The system below the release; the newest there is on the day of the bake. */
    base: z.enum(baseImages),
    /** Newest images that are kept, and so how far back a rollback reaches; one costs about 0.11 USD a month. */
    keep: count,
    /**
     * Whether Amazon Inspector looks for known holes, and a critical one that has a fix makes the bake fail. It is asked for
     * each image, and need not be activated in the account.
     */
    scan: protection,
  }),

  /** How the load balancer picks a clone. Never by least outstanding requests: a clone that fails fast would win. */
  algorithm: z.enum(['round_robin', 'weighted_random']),

  database: z.strictObject({
    /**
     * RDS instance class of the primary. Another one is this one word: with a standby a failover of one to two minutes
     * in which nothing is written; without one, ten minutes or so without a primary.
     */
    class: z.string(),
    storageGiB: count,
    /** Storage grows by itself up to here. */
    maxStorageGiB: count,
    /**
     * Read replicas. One that is left out goes on running outside of the stack, for it may have been promoted: delete it by
     * `aws rds delete-db-instance` before another of its name is made.
     */
    replicas: z.array(replica),
    /** Days of automatic backups, and of restoring to any second within them; 0 turns them off. */
    backupDays: count,
    /** A standby in another zone that takes over. */
    multiAz: protection,
    /** Database Insights: `standard` keeps 7 days; `advanced` 15 months, and costs by the vCPU. */
    insights: z.enum(['standard', 'advanced']),
  }),
  sessions: z.strictObject({
    engine: sessionsEngine,
    /** ElastiCache node type. Another one is this one word: data moves to new nodes, and a failover of seconds ends it. */
    nodeType: z.string(),
    /** Copies besides the primary; with at least one, a copy takes over when the primary dies. */
    replicas: count,
    /**
     * What is lost with the primary: nothing (`sync`, milliseconds more a write), up to 10 seconds of writes (`async`),
     * or, refused, whatever its copies had not got yet, without a bound. Chosen when the cache is made, not later.
     */
    durability,
  }),
  objects,
});

export type StageConfig = z.infer<typeof stageConfig>;
export type Protection = StageConfig['deletionProtection'];
export type Https = StageConfig['https'];
export type Network = StageConfig['network'];
export type Objects = StageConfig['objects'];
export type ObjectsEngine = Objects['engine'];
export type NewNetwork = z.infer<typeof newNetwork>;

/** Whether a protection is on. */
export const isOn = (protection: Protection): protection is true => protection === true;

/** Whether somebody gave something up, with a reason. */
export const isRefused = (choice: unknown): choice is { refusedBecause: string } =>
  typeof choice === 'object' && choice !== null && 'refusedBecause' in choice;

/** Copies of a cache besides its primary; an engine that knows no copies has none. */
export const copiesOf = (cache: StageConfig['sessions'] | Objects): number =>
  'replicas' in cache ? cache.replicas : 0;

/** Whether the network is made by the stage, and not there before. */
export const isNewNetwork = (network: Network): network is NewNetwork => 'cidr' in network;
