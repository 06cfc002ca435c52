// Every rule of a config at its edge, with the exact message: the list is what we promise about a stage.
import { OperatorError } from '../../lib/config/operator-error';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { verifyConfig } from '../../lib/config/verify-config';

type Change = (config: StageConfig) => unknown;

/** A good config, changed; typed loosely, for tests write what types forbid. */
const changed = (change: Change): unknown => {
  const config = structuredClone(getStages('dev')[0]) as StageConfig;
  change(config);
  return config;
};

/** Puts a value where the path says, whatever the types think of it. */
const set =
  (path: string, value: unknown): Change =>
  (config) => {
    const keys = path.split('.');
    const last = keys.pop() as string;
    const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, config as Record<string, unknown>);
    parent[last] = value;
  };

const problemsOf = (input: unknown): string[] => {
  try {
    verifyConfig(input);
    return [];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
};

const existing = {
  vpcId: 'vpc-0aaaaaaaaaaaaaaaa',
  publicSubnetIds: ['subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa2'],
  cloneSubnetIds: ['subnet-0aaaaaaaaaaaaaaa3', 'subnet-0aaaaaaaaaaaaaaa4'],
  dataSubnetIds: ['subnet-0aaaaaaaaaaaaaaa5', 'subnet-0aaaaaaaaaaaaaaa6'],
  cloneAddresses: 100,
  endpointsSecurityGroupId: 'sg-0aaaaaaaaaaaaaaaa',
};

test('a good config comes out as it went in', () => {
  const config = changed(() => {});
  expect(verifyConfig(config)).toEqual(config);
});

test.each<[string, Change]>([
  ['two zones', set('zones', ['a', 'c'])],
  ['the smallest range that holds 3 tiers in 3 zones', set('network.cidr', '10.0.0.0/23')],
  ['the largest range', set('network.cidr', '10.0.0.0/16')],
  ['a NAT gateway per zone', set('network.nat', 'per-zone')],
  ['a network there is', set('network', existing)],
  ['instance types of one size and processor', set('clones.instanceTypes', ['t4g.large', 'm7g.large'])],
  ['Spot above a base', set('clones.spot', { onDemandBase: 1, sharePercent: 100 })],
  ['a schedule', set('clones.schedule', [{ name: 'Morning', cron: '0 7 * * 1-5', min: 3 }])],
  [
    'a roll that waits half-way',
    set('clones.roll', { checkpoints: [50, 100], checkpointSeconds: 60, bakeSeconds: 0, alarms: true }),
  ],
  ['replicas of another class in a zone', set('database.replicas', [{ class: 'db.t4g.small', zone: 'b' }])],
  ['alarms in a channel only', set('alarms', { emails: [], slack: { workspaceId: 'T01', channelId: 'C01' } })],
  [
    'durable sessions on nodes that can',
    set('sessions', { engine: 'valkey', nodeType: 'cache.m7g.large', replicas: 1, durability: 'async' }),
  ],
  ['objects in Memcached', set('objects', { engine: 'memcached', nodeType: 'cache.t4g.micro' })],
  ['one clone more than min', set('clones.max', 3)],
  ['the shortest wait for readiness', set('clones.readyWithinSeconds', 30)],
  ['the longest wait for readiness', set('clones.readyWithinSeconds', 7200)],
  ['no replicas and no backups', (config) => Object.assign(config.database, { replicas: [], backupDays: 0 })],
  ['as many replicas as RDS takes', set('database.replicas', Array(15).fill({}))],
  ['storage that may grow by 10 %', set('database.maxStorageGiB', 22)],
  [
    'storage of 100 that may grow by 10 %',
    (config) => Object.assign(config.database, { storageGiB: 100, maxStorageGiB: 110 }),
  ],
  [
    'an Intel type with an Intel image',
    (c) => Object.assign(c.clones, { instanceTypes: ['t3.small'], architecture: 'x86_64' }),
  ],
  ['a reason of three words', set('https.refusedBecause', 'no domain yet')],
  ['a protection that is on', set('deletionProtection', true)],
  [
    'a locked image of Debian',
    set('image', { bake: 'locked', base: 'debian-13', keep: 2, scan: { refusedBecause: 'nobody knows it' } }),
  ],
])('%s is accepted', (_, change) => {
  expect(problemsOf(changed(change))).toEqual([]);
});

test.each<[string, Change, string]>([
  [
    'a region that is none',
    set('region', 'frankfurt'),
    `region must be the name of an AWS region; got: "frankfurt"; write it like 'eu-central-1'`,
  ],
  [
    'a zone with its region',
    set('zones', ['a', 'eu-central-1b']),
    'zones.1 must be one letter; got: "eu-central-1b"; leave the region out of it',
  ],
  [
    'a single zone',
    set('zones', ['a']),
    'zones must be at least 2: the load balancer takes no fewer, and one zone can be lost; got: ["a"]; add a zone of the region',
  ],
  [
    'a zone named twice',
    set('zones', ['a', 'a']),
    'zones must not name a zone twice; got: ["a","a"]; remove the double one',
  ],
  [
    'a range that is none',
    set('network.cidr', '10.0.0.0'),
    `network.cidr must be an IPv4 range whose address is its first; got: "10.0.0.0"; write it like '10.0.0.0/16'`,
  ],
  [
    'a range whose address is not its first',
    set('network.cidr', '10.0.1.0/16'),
    `network.cidr must be an IPv4 range whose address is its first; got: "10.0.1.0/16"; write it like '10.0.0.0/16'`,
  ],
  [
    'a range one bit too small',
    set('network.cidr', '10.0.0.0/24'),
    'network.cidr must be from /16 to /23 to hold 3 tiers in 3 zones, each subnet /27 or larger; got: "10.0.0.0/24"; use a larger range',
  ],
  [
    'a fourth zone',
    set('zones', ['a', 'b', 'c', 'd']),
    'zones must be at most 3: the network is cut for so many from the start; got: ["a","b","c","d"]; leave some out',
  ],
  [
    'a range larger than a VPC',
    set('network.cidr', '10.0.0.0/15'),
    'network.cidr must be from /16 to /23 to hold 3 tiers in 3 zones, each subnet /27 or larger; got: "10.0.0.0/15"; use a smaller range',
  ],
  [
    'a region whose S3 addresses we do not know',
    (config) => Object.assign(config, { region: 'af-south-1' }),
    'region must be one whose list of S3 addresses we know; got: "af-south-1"; use one of eu-central-1, eu-west-1, us-east-1, us-west-2, or add it to lib/config/regions.ts: aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.af-south-1.s3',
  ],
  [
    'more clones than addresses',
    (config) => {
      set('network.cidr', '10.0.0.0/23')(config);
      Object.assign(config.clones, { min: 30, max: 32 });
      Object.assign(config.database, { class: 'db.t4g.large' });
    },
    'network.cidr must leave an address for each of 34 clones, all of a group that rolls, in 2 zones; got: "10.0.0.0/23"; use a larger range or lower clones.max',
  ],
  [
    'more clones than addresses of a network there is',
    set('network', { ...existing, cloneAddresses: 2 }),
    'network.cloneAddresses must leave an address for each of 6 clones, all of a group that rolls, in 2 zones; got: 2; use a larger range or lower clones.max',
  ],
  [
    'a subnet that is none',
    set('network', { ...existing, dataSubnetIds: ['subnet-0aaaaaaaaaaaaaaa5', 'vpc-1'] }),
    'network.dataSubnetIds.1 must be the id of a subnet; got: "vpc-1"; paste it from the console or `aws ec2 describe-…`',
  ],
  [
    'a tier that is not in every zone',
    set('network', { ...existing, cloneSubnetIds: ['subnet-0aaaaaaaaaaaaaaa3'] }),
    'network.cloneSubnetIds must be 2 different subnets, one in each of zones, in their order; got: ["subnet-0aaaaaaaaaaaaaaa3"]; name one subnet of the tier in each zone',
  ],
  [
    'a certificate of another region',
    set('https', {
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-000000000002',
    }),
    'https.certificateArn must be the ARN of an ACM certificate in eu-central-1; got: "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-000000000002"; request or import the certificate in the region of the load balancer',
  ],
  [
    'https refused without a reason',
    set('https', { refusedBecause: 'dev' }),
    'https.refusedBecause must be a reason of at least three words; got: "dev"; write why this stage can go without, or turn the protection on',
  ],
  [
    'deletion protection refused with blanks',
    set('deletionProtection', { refusedBecause: '   ' }),
    'deletionProtection.refusedBecause must be a reason of at least three words; got: "   "; write why this stage can go without, or turn the protection on',
  ],
  [
    'multi-AZ refused without a reason',
    set('database.multiAz', { refusedBecause: 'too expensive' }),
    'database.multiAz.refusedBecause must be a reason of at least three words; got: "too expensive"; write why this stage can go without, or turn the protection on',
  ],
  [
    'an instance family we do not know',
    set('clones.instanceTypes', ['z9.small']),
    'clones.instanceTypes.0 must be an instance type we know; got: "z9.small"; use one like t4g.small or m7g.large, or add its family to lib/config/node-types.ts',
  ],
  [
    'a size its family does not have',
    set('clones.instanceTypes', ['m7g.micro']),
    'clones.instanceTypes.0 must be an instance type we know; got: "m7g.micro"; use one like t4g.small or m7g.large, or add its family to lib/config/node-types.ts',
  ],
  [
    'an image for another processor',
    set('clones.architecture', 'x86_64'),
    'clones.architecture must be that of t4g.small, which is arm64: the image boots on no other; got: "x86_64"; use arm64 and bake the image for it, or choose another instance type',
  ],
  [
    'min above max',
    set('clones.min', 5),
    'clones.min must not be above clones.max (4); got: 5; lower clones.min or raise clones.max',
  ],
  [
    'a max that leaves a roll no room',
    set('clones.max', 2),
    'clones.max must be above clones.min (2): a roll launches a clone before it terminates one; got: 2; raise clones.max to 3 or more',
  ],
  [
    'one image, and none to go back to',
    set('image.keep', 1),
    'image.keep must be from 2 to 100; got: 1; raise it to 2 or more',
  ],
  [
    'an image that is baked at another time',
    set('image.bake', 'nightly'),
    'image.bake must be one of on-deploy, locked; got: "nightly"; choose one of these',
  ],
  [
    'a base image we do not know',
    set('image.base', 'ubuntu'),
    'image.base must be one of al2023, debian-13; got: "ubuntu"; choose one of these',
  ],
  [
    'an image that nobody scans, without a reason',
    set('image.scan', { refusedBecause: 'no' }),
    'image.scan.refusedBecause must be a reason of at least three words; got: "no"; write why this stage can go without, or turn the protection on',
  ],
  [
    'no instance type',
    set('clones.instanceTypes', []),
    'clones.instanceTypes must be one instance type or several different ones; got: []; name each type once',
  ],
  [
    'instance types of two sizes',
    set('clones.instanceTypes', ['t4g.small', 't4g.medium']),
    'clones.instanceTypes must be of one size: every clone gets the same share of the requests; got: ["t4g.small","t4g.medium"]; use small of other families',
  ],
  [
    'a fleet that is all Spot',
    set('clones.spot', { onDemandBase: 0, sharePercent: 50 }),
    'clones.spot.onDemandBase must be at least 1: all Spot clones of a zone may go within two minutes; got: 0; keep as many on demand as must never go at once',
  ],
  [
    'a schedule of six fields',
    set('clones.schedule', [{ name: 'Morning', cron: '0 0 7 * * 1-5', min: 3 }]),
    `clones.schedule.0.cron must be a cron expression of five fields; got: "0 0 7 * * 1-5"; write it like '0 7 * * 1-5', in UTC`,
  ],
  [
    'a schedule above max',
    set('clones.schedule', [{ name: 'Morning', cron: '0 7 * * 1-5', min: 5 }]),
    'clones.schedule.0.min must be from 2 to 4; got: 5; lower it to 4 or less',
  ],
  [
    'a schedule that takes clones away',
    set('clones.schedule', [{ name: 'Night', cron: '0 22 * * *', min: 1 }]),
    'clones.schedule.0.min must be from 2 to 4; got: 1; raise it to 2 or more',
  ],
  [
    'a schedule whose name AWS does not take',
    set('clones.schedule', [{ name: 'at night', cron: '0 22 * * *', min: 2 }]),
    'clones.schedule.0.name must begin with a letter, be of letters, digits and hyphens, and be used once; got: "at night"; name it like Morning',
  ],
  [
    'an address named twice',
    set('alarms', { emails: ['a@example.com', 'a@example.com'] }),
    `alarms.emails.1 must be an e-mail address, named once; got: "a@example.com"; write it like 'operators@example.com'`,
  ],
  [
    'insights that a small server has no room for',
    set('database.insights', 'advanced'),
    'database.insights must be standard for db.t4g.micro, which is too small for more; got: "advanced"; use standard, or a larger database.class',
  ],
  [
    'a roll that nothing undoes without a reason',
    set('clones.roll.alarms', { refusedBecause: 'hurry' }),
    'clones.roll.alarms.refusedBecause must be a reason of at least three words; got: "hurry"; write why this stage can go without, or turn the protection on',
  ],
  [
    'checkpoints that go back',
    set('clones.roll.checkpoints', [50, 34]),
    'clones.roll.checkpoints must be ascending percents that end with 100: a roll that ends before leaves two kinds of clones; got: [50,34]; write them like [34, 100]',
  ],
  [
    'a roll that CloudFormation would give up',
    set('clones.roll', { checkpoints: [100], checkpointSeconds: 129_600, bakeSeconds: 0, alarms: true }),
    'clones.roll must end within 36 hours, checkpoints and bake included: CloudFormation waits no longer; got: "37 hours at clones.max"; wait less, or lower clones.readyWithinSeconds or clones.max',
  ],
  [
    'alarms that reach nobody',
    set('alarms', { emails: [] }),
    'alarms.emails must name somebody when there is no channel; got: []; add an address or a channel, or refuse alarms with a reason',
  ],
  [
    'an address that is none',
    set('alarms', { emails: ['operators'] }),
    `alarms.emails.0 must be an e-mail address, named once; got: "operators"; write it like 'operators@example.com'`,
  ],
  [
    'the name of a channel for its id',
    set('alarms', { emails: [], slack: { workspaceId: 'T01', channelId: '#ops' } }),
    'alarms.slack must be the ids of a workspace and a channel, in capitals and digits; got: {"workspaceId":"T01","channelId":"#ops"}; copy them from the links of both in Slack',
  ],
  [
    'a firewall refused without a reason',
    set('waf', { refusedBecause: 'no' }),
    'waf.refusedBecause must be a reason of at least three words; got: "no"; write why this stage can go without, or turn the protection on',
  ],
  [
    'a replica outside the zones',
    set('database.replicas', [{ zone: 'c' }]),
    'database.replicas.0.zone must be one of zones (a, b); got: "c"; choose one of these, or leave it to RDS',
  ],
  [
    'a durable log on a node type without one',
    set('sessions.durability', 'sync'),
    'sessions.durability must be refused for cache.t4g.micro, which has no durable log; got: "sync"; use a node type like cache.m7g.large, or refuse it with a reason',
  ],
  [
    'a durable log without a copy',
    set('sessions', { engine: 'valkey', nodeType: 'cache.m7g.large', replicas: 0, durability: 'sync' }),
    'sessions.replicas must be at least 1 for durable sessions; got: 0; add a replica, or refuse durability with a reason',
  ],
  [
    'more clones than the smallest server holds connections for',
    set('clones.max', 17),
    'clones.max must leave 2 connections for each of 26 clones, all of a group that rolls, of the 76 the smallest database server holds; got: 17; lower it, or use a larger database.class',
  ],
  [
    'a database class we do not know',
    set('database.class', 'db.z9.small'),
    'database.class must be an RDS instance class we know; got: "db.z9.small"; use one of db.t4g.micro, db.t4g.small, db.t4g.medium, db.t4g.large, db.m7g.large, db.m7g.xlarge, db.m7g.2xlarge, db.m7g.4xlarge, db.r7g.large, db.r7g.xlarge, db.r7g.2xlarge, db.r7g.4xlarge',
  ],
  [
    'storage that cannot grow',
    set('database.maxStorageGiB', 21),
    'database.maxStorageGiB must be at least 10 % above database.storageGiB (20); got: 21; raise it to 22 or more',
  ],
  [
    'replicas without backups',
    set('database.backupDays', 0),
    'database.backupDays must be at least 1 when there are replicas (1): a replica starts from a backup; got: 0; turn backups on or use no replicas',
  ],
  [
    'a cache node type we do not know',
    set('objects.nodeType', 'cache.z9.small'),
    'objects.nodeType must be an ElastiCache node type we know; got: "cache.z9.small"; use one of cache.t4g.micro, cache.t4g.small, cache.t4g.medium, cache.m7g.large, cache.m7g.xlarge, cache.m7g.2xlarge, cache.m7g.4xlarge, cache.m7g.8xlarge, cache.r7g.large, cache.r7g.xlarge, cache.r7g.2xlarge, cache.r7g.4xlarge, cache.r7g.8xlarge',
  ],
  ['no clones at all', set('clones.min', 0), 'clones.min must be from 1 to 100; got: 0; raise it to 1 or more'],
  [
    'a wait for readiness that a hook cannot have',
    set('clones.readyWithinSeconds', 7201),
    'clones.readyWithinSeconds must be from 30 to 7200; got: 7201; lower it to 7200 or less',
  ],
  [
    'a node type of Memcached we do not know',
    set('objects', { engine: 'memcached', nodeType: 'cache.z9.small' }),
    expect.stringContaining('objects.nodeType must be an ElastiCache node type we know; got: "cache.z9.small"'),
  ],
  [
    'too many copies of a cache',
    set('sessions.replicas', 6),
    'sessions.replicas must be from 0 to 5; got: 6; lower it to 5 or less',
  ],
  [
    'too many copies of the other cache',
    set('objects.replicas', 6),
    'objects.replicas must be from 0 to 5; got: 6; lower it to 5 or less',
  ],
])('%s is refused', (_, change, message) => {
  expect(problemsOf(changed(change))).toEqual([message]);
});

test.each<[string, Change, string]>([
  [
    'a Spot share of nothing',
    set('clones.spot', { onDemandBase: 1, sharePercent: 0 }),
    'clones.spot.sharePercent must be at least 1; got: 0; raise it',
  ],
  ['a value that is missing', set('region', undefined), 'region must be a string; got: nothing; set it'],
  ['a part that is missing', set('clones', undefined), 'clones must be an object; got: nothing; set it'],
  ['text for a number', set('clones.min', '2'), 'clones.min must be a number; got: "2"; correct it'],
  ['half a clone', set('clones.min', 2.5), 'clones.min must be a whole number; got: 2.5; correct it'],
  ['less than nothing', set('sessions.replicas', -1), 'sessions.replicas must be at least 0; got: -1; raise it'],
  ['a stage that is none', set('stage', 'qa'), 'stage must be one of dev, small, prod; got: "qa"; choose one of these'],
  [
    'an algorithm that loves clones that fail fast',
    set('algorithm', 'least_outstanding_requests'),
    'algorithm must be one of round_robin, weighted_random; got: "least_outstanding_requests"; choose one of these',
  ],
  [
    'a protection turned off in silence',
    set('deletionProtection', false),
    'deletionProtection must be true, or {refusedBecause} with the reason for going without; got: false; write it in that form',
  ],
  [
    'https left open',
    set('https', {}),
    'https must be {certificateArn}, or {refusedBecause} with the reason for serving without TLS; got: {}; write it in that form',
  ],
  [
    'durability left open',
    set('sessions.durability', 'none'),
    "sessions.durability must be 'sync', 'async', or {refusedBecause} with the reason for going without; got: \"none\"; write it in that form",
  ],
  [
    'sessions in Memcached',
    set('sessions.engine', 'memcached'),
    'sessions.engine must be valkey: sessions must survive, and Memcached throws them out when it is full, forgets them when it restarts, and asks nobody for a password; got: "memcached"; use valkey; objects.engine may be memcached',
  ],
  [
    'copies of Memcached',
    set('objects', { engine: 'memcached', nodeType: 'cache.t4g.micro', replicas: 1 }),
    'objects.replicas is not a knob we have; got: 1; remove it, or look up the right name in lib/config/stage-config.ts',
  ],
  [
    'another way for Memcached to forget',
    set('objects', { engine: 'memcached', nodeType: 'cache.t4g.micro', evictionPolicy: 'allkeys-lfu' }),
    'objects.evictionPolicy is not a knob we have; got: "allkeys-lfu"; remove it, or look up the right name in lib/config/stage-config.ts',
  ],
  [
    'an engine of objects that is none',
    set('objects.engine', 'redis'),
    'objects.engine must be valkey, with nodeType, replicas and evictionPolicy, or memcached, with nodeType; got: "redis"; write it in that form',
  ],
  [
    'a network of neither kind',
    set('network', { vpcId: 'vpc-0aaaaaaaaaaaaaaaa' }),
    'network must be {cidr, nat, endpoints} for a network of its own, or {vpcId, …} for one there is; got: {"vpcId":"vpc-0aaaaaaaaaaaaaaaa"}; write it in that form',
  ],
  [
    'a knob we do not have',
    set('clones.desired', 3),
    'clones.desired is not a knob we have; got: 3; remove it, or look up the right name in lib/config/stage-config.ts',
  ],
])('%s is refused', (_, change, message) => {
  expect(problemsOf(changed(change))).toEqual([message]);
});

test('a name that every object has is no node type', () => {
  const [problem] = problemsOf(changed(set('sessions.nodeType', 'toString')));
  expect(problem).toMatch('sessions.nodeType must be an ElastiCache node type we know; got: "toString"');
});

test('all problems are told at once, one line each, under the name of the stage', () => {
  const input = changed((config) => {
    config.clones.min = 9;
    config.image.keep = 0;
    config.database.backupDays = 0;
  });
  expect(() => verifyConfig(input)).toThrow(
    [
      'The config of stage dev is not right:',
      '  clones.min must not be above clones.max (4); got: 9; lower clones.min or raise clones.max',
      '  database.backupDays must be at least 1 when there are replicas (1): a replica starts from a backup; got: 0; turn backups on or use no replicas',
      '  image.keep must be from 2 to 100; got: 0; raise it to 2 or more',
    ].join('\n'),
  );
});

test('nothing at all is refused as an operator would want it', () => {
  expect(() => verifyConfig(undefined)).toThrow(
    'The config of stage (unnamed) is not right:\n  config must be an object; got: nothing; set it',
  );
});
