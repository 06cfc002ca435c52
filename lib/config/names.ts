// Names that two programs share: what one writes, another reads. A name used by one program only does not belong here.

/** What every name begins with: another one for another fork in the same account. A stage is there once in account and region. */
export const product = 'clonekit';

/** The stages a config exists for, smallest first. */
export const stageNames = ['dev', 'small', 'prod'] as const;
export type StageName = (typeof stageNames)[number];

/** What is deployed together, in the order of deployment. */
export const stackParts = ['network', 'data', 'image', 'fleet'] as const;
export type StackPart = (typeof stackParts)[number];

/** The CloudFormation stack of one part of one stage, e.g. `clonekit-dev-fleet`. */
export const stackName = (stage: StageName, part: StackPart): string => `${product}-${stage}-${part}`;

/**
 * Environment variables of a clone. The fleet stack writes them into the launch template's user data, `bin/web` reads
 * them, and the local fleet hands on what the template says. None of them is a secret.
 */
export const cloneEnv = {
  /** dev, small or prod. */
  stage: 'CLONEKIT_STAGE',
  /** Who this clone is: the instance id. Written at boot, not by the template. */
  cloneId: 'CLONEKIT_CLONE_ID',
  /** Address to listen on; absent: 0.0.0.0. Written at boot, not by the template. */
  listen: 'CLONEKIT_LISTEN',
  /** TCP port to listen on: the target group's. */
  port: 'CLONEKIT_PORT',
  /** `host:port` of the cache that keeps sessions. */
  sessions: 'CLONEKIT_SESSIONS',
  /** `single` or `cluster`: whether the sessions cache speaks the cluster protocol, which durable writes need. */
  sessionsMode: 'CLONEKIT_SESSIONS_MODE',
  /** `host:port` of the cache that keeps objects. */
  objects: 'CLONEKIT_OBJECTS',
  /** `redis` or `memcached`: the protocol that the cache of objects speaks. Memcached is told no password: it asks for none. */
  objectsEngine: 'CLONEKIT_OBJECTS_ENGINE',
  /** ARN of the secret `{username, password}` of both caches. */
  cacheSecret: 'CLONEKIT_CACHE_SECRET',
  /** `host:port` of the MySQL primary. */
  primary: 'CLONEKIT_PRIMARY',
  /** `host:port` of each read replica, joined by commas; empty when there is none. */
  replicas: 'CLONEKIT_REPLICAS',
  /** ARN of the secret `{username, password, dbname, …}` of the app's own database user. */
  databaseSecret: 'CLONEKIT_DATABASE_SECRET',
  /** Name of the bucket of people's pictures. */
  pictures: 'CLONEKIT_PICTURES',
  /**
   * Where browsers post pictures, when that is not where a clone itself reaches the bucket: said of a fleet on one machine only,
   * never by the template.
   */
  picturesUrl: 'CLONEKIT_PICTURES_URL',
  /** Connections a clone may open to each database server; the most clones there can be, times this, fit the server. */
  poolSize: 'CLONEKIT_POOL_SIZE',
  /** `on` or `off`: TLS to the caches and the database. */
  tls: 'CLONEKIT_TLS',
  /** `on` or `off`: whether people reach the load balancer by https, so that cookies can be `Secure`. */
  https: 'CLONEKIT_HTTPS',
  /** Seconds to keep answering after SIGTERM, so that the load balancer has taken the clone out before it closes. */
  drainSeconds: 'CLONEKIT_DRAIN_SECONDS',
  /** Seconds after SIGTERM when whatever is still open is cut; longer than the load balancer waits for a leaving clone. */
  stopSeconds: 'CLONEKIT_STOP_SECONDS',
  /** Seconds an idle keep-alive connection stays open; above the load balancer's idle timeout. */
  keepAliveSeconds: 'CLONEKIT_KEEP_ALIVE_SECONDS',
  /** Name of the autoscaling group the clone is in: whom it tells that it is ready, that it has left, or that it is ill. */
  group: 'CLONEKIT_GROUP',
  /** Seconds from launch until a clone that has not become ready is given up. */
  readySeconds: 'CLONEKIT_READY_SECONDS',
  /** Name of the log group in CloudWatch Logs that the clone's journal is sent to. */
  logGroup: 'CLONEKIT_LOG_GROUP',
} as const;

/** Where the environment of a clone is written on its disk: by cloud-init from user data, read by the service unit. */
export const cloneEnvFile = '/run/clonekit/clone.env';

/** Written after the environment: the clone's units start when it is there, and never before all of it is. */
export const cloneToldFile = '/run/clonekit/told';

/** Where an image holds its one release. */
export const cloneFolder = '/opt/clonekit';

/** What a release is made of, by path in its archive, which is the path below `cloneFolder`. */
export const releaseFiles = {
  /** sha256 and path of every other file, as `sha256sum --check` reads it. Its own sha256 is the release's digest. */
  sums: 'SHA256SUMS',
  /** JSON `{name, entry, architecture, node}`. */
  about: 'release.json',
  /** The Node that runs it. */
  node: 'node',
  /** Folder of the app. */
  app: 'app',
  /** Folder of what runs beside the app on every clone, and of what the image is baked by. */
  clone: 'clone',
} as const;

/** The response header that names the clone that answered. */
export const cloneHeader = 'x-clone';

/** Paths every release answers, whatever else it does. */
export const clonePaths = {
  /** 200 while the process and its event loop are well; asks nobody else. The load balancer's health check. */
  live: '/-/live',
  /** 200 once caches and database were reached and the schema is current. Asked once, at launch. */
  ready: '/-/ready',
  /** JSON `{clone, release, startedAt}`. */
  identity: '/-/identity',
  /** Figures for Prometheus; only for who asks from the clone itself. */
  metrics: '/-/metrics',
} as const;

/** The lifecycle hook that keeps a new clone out of service until it has said that it is ready. */
export const readyHook = 'ready';

/** The lifecycle hook that lets a clone that must go finish its stop, and send its last log lines. */
export const stopHook = 'stop';

/** How often a clone asks whether it must go: what it needs to begin to leave, beside the time to stop. */
export const watchSeconds = 5;

/**
 * The keys of the pictures bucket: what they begin with, and how many characters follow. Clones may touch no others, and what
 * is left of uploads is thrown away after a day.
 */
export const pictureKeys = {
  /** As browsers sent it: nobody is shown it. */
  uploads: { prefix: 'uploads/', characters: 66 },
  /** As people see it: read, found to be a picture, and written again by a clone. */
  pictures: { prefix: 'pictures/', characters: 22 },
} as const;

/** What a cache is for; the value of its tag `clonekit:purpose`. */
export const cachePurposes = ['sessions', 'objects'] as const;
export type CachePurpose = (typeof cachePurposes)[number];

/** Environment of the function that rotates the password of a database user; the template holds it, nothing in it is a secret. */
export const rotationEnv = {
  /** ARN of the secret of the first user, with whose rights other users are made; absent for the first user's own. */
  firstUserSecret: 'CLONEKIT_FIRST_USER_SECRET',
  /** Privileges of the user, as in GRANT, e.g. `SELECT, INSERT`. */
  privileges: 'CLONEKIT_PRIVILEGES',
} as const;

/** Outputs of the stacks: how operators' commands and the local fleet find what a stage consists of. */
export const outputs = {
  data: {
    sessionsId: 'SessionsId',
    objectsId: 'ObjectsId',
    primaryId: 'PrimaryId',
    /** Identifiers joined by commas; absent when there is no replica. */
    replicaIds: 'ReplicaIds',
    /** Name of the bucket of people's pictures. */
    pictures: 'PicturesBucket',
  },
  image: {
    /** ARN of the pipeline that bakes. */
    pipelineArn: 'PipelineArn',
    /** The release it bakes. */
    release: 'BakedRelease',
    /** The base image it bakes into: a literal id, or `ssm:` and the name of the parameter that tells the newest. */
    base: 'BaseImage',
  },
  fleet: {
    url: 'Url',
    loadBalancerArn: 'LoadBalancerArn',
    targetGroupArn: 'TargetGroupArn',
    groupName: 'GroupName',
    release: 'Release',
    /** Log group of the clones. */
    logGroup: 'LogGroup',
  },
} as const;

/** Tags on resources. */
export const tags = {
  stage: 'clonekit:stage',
  /** On the group, propagated at launch: the release a clone was launched with. */
  release: 'clonekit:release',
  /** On an image, and on the group whose clones are of it: which recipe it was baked by. Another content, another one. */
  recipe: 'clonekit:recipe',
  /** On an image: name of the pipeline that baked it. */
  pipeline: 'clonekit:pipeline',
  /** On a cache: sessions or objects. */
  purpose: 'clonekit:purpose',
} as const;

/** Files that describe a running local fleet, below its home folder. */
export const localFiles = {
  /** The home folder, in the project's folder unless `CLONEKIT_HOME` says otherwise. */
  home: '.clonekit',
  /** What runs and where: written by `clonekit up`, read by every other verb. */
  fleet: 'fleet.json',
} as const;
