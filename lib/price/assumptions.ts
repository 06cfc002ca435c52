// What no config says and a price needs: how much is used, and what the stacks make of their own accord.

export const hoursAMonth = 730;

/** What people ask for in a month. Ten kilobytes an answer. */
export const traffic = { outGB: 100, requestMillions: 10 } as const;

/** What clones call outside, and what they log, in a month. */
export const natGB = 10;
export const logsGB = 10;

/** Releases, access logs and pictures in S3. */
export const storedGB = 10;

/** Percent of the database's storage that is new in every day's backup. */
export const changedPercent = 1;

/** Percent of the on-demand price that a Spot clone costs. */
export const spotPercent = 35;

/** The disk of a clone, and the figures that detailed monitoring sends of it. */
export const cloneDiskGB = 8;
export const cloneMetrics = 7;

/** What a snapshot holds of an image's disk: the base image and one release. */
export const imageGB = 2;

/** Interface endpoints in a zone; those for baking images only where there is no NAT gateway. */
export const endpointServices = { ofClones: 5, ofImageBuilder: 2 } as const;

/** Managed groups of rules and the limit per address. */
export const wafRules = 5;

export const keys = 1;
/** Of the first user and the app's own user of the database, and of the app's user of the caches. */
export const secrets = 3;
/** Figures that alarms watch, of each part; a test compares them with the templates. */
export const alarms = {
  loadBalancerAndClones: 8,
  certificate: 1,
  primary: 3,
  replica: 4,
  sessionsNode: 3,
  objectsNode: { valkey: 1, memcached: 4 },
  failoverNode: 1,
  rotations: 3,
} as const;

/** Told below every estimate. */
export const assumptions: readonly string[] = [
  `${hoursAMonth} hours a month at clones.min: schedules, growth and rolls cost more`,
  `${traffic.outGB} GB to people in ${traffic.requestMillions} million answers, ${natGB} GB through NAT, ${logsGB} GB of logs, ${storedGB} GB in S3`,
  `the database at database.storageGiB, of which ${changedPercent} % changes a day`,
  `Spot at ${spotPercent} % of the on-demand price`,
  'free allowances used up by others of the account',
];

export const notCounted: readonly string[] = [
  'traffic between zones',
  'requests to S3, KMS and Secrets Manager',
  'functions',
  'snapshots of caches',
  'baking: two machines for some minutes, and the scan of the image',
  'credits of burstable types',
  'what sessions.durability sync may cost beyond its nodes (async: nothing, says AWS)',
];
