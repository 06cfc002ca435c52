// The three stages: what each of them runs, every value written out, nothing inherited from another.
import { type StageName, stageNames } from './names';
import { OperatorError } from './operator-error';
import type { StageConfig } from './stage-config';
import { verifyConfig } from './verify-config';

/**
 * The certificates below are placeholders of the right form: they let every stage be synthesized, tested and run on one
 * machine. Before the first deploy of a stage with https, paste the ARN of one of your own.
 */
const dev: StageConfig = {
  stage: 'dev',
  region: 'eu-central-1',
  zones: ['a', 'b'],
  network: { cidr: '10.10.0.0/16', nat: 'none', endpoints: 'one-zone' },
  https: { refusedBecause: 'dev has no domain name of its own and holds no data of people' },
  deletionProtection: { refusedBecause: 'dev is made and thrown away while working on the stacks' },
  waf: { refusedBecause: 'dev is known to few people and holds no data of others' },
  alarms: { refusedBecause: 'dev is looked at by whoever works on it' },
  clones: {
    instanceTypes: ['t4g.small'],
    architecture: 'arm64',
    min: 2,
    max: 4,
    requestsPerMinute: 1500,
    cpuPercent: 60,
    predictive: 'off',
    maxLifetimeDays: 30,
    readyWithinSeconds: 60,
    roll: { checkpoints: [], checkpointSeconds: 0, bakeSeconds: 0, alarms: true },
  },
  image: { bake: 'on-deploy', base: 'al2023', keep: 3, scan: true },
  algorithm: 'round_robin',
  database: {
    class: 'db.t4g.micro',
    storageGiB: 20,
    maxStorageGiB: 50,
    replicas: [{}],
    backupDays: 1,
    multiAz: { refusedBecause: 'dev can wait until a lost database is restored' },
    insights: 'standard',
  },
  sessions: {
    engine: 'valkey',
    nodeType: 'cache.t4g.micro',
    replicas: 1,
    durability: { refusedBecause: 'dev may sign its people in again, and its node type has no durable log' },
  },
  objects: { engine: 'valkey', nodeType: 'cache.t4g.micro', replicas: 0, evictionPolicy: 'allkeys-lru' },
};

const small: StageConfig = {
  stage: 'small',
  region: 'eu-central-1',
  zones: ['a', 'b'],
  network: { cidr: '10.20.0.0/16', nat: 'one', endpoints: 'one-zone' },
  https: { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000002' },
  deletionProtection: true,
  waf: true,
  alarms: { emails: ['operators@example.com'] },
  clones: {
    instanceTypes: ['t4g.medium'],
    architecture: 'arm64',
    min: 2,
    max: 6,
    requestsPerMinute: 3000,
    cpuPercent: 60,
    predictive: 'off',
    maxLifetimeDays: 30,
    readyWithinSeconds: 180,
    roll: { checkpoints: [], checkpointSeconds: 0, bakeSeconds: 300, alarms: true },
  },
  image: { bake: 'on-deploy', base: 'al2023', keep: 5, scan: true },
  algorithm: 'round_robin',
  database: {
    class: 'db.t4g.medium',
    storageGiB: 50,
    maxStorageGiB: 200,
    replicas: [{}],
    backupDays: 7,
    multiAz: {
      refusedBecause: 'small promotes its replica by hand and accepts minutes of lost writes for half the cost',
    },
    insights: 'standard',
  },
  sessions: {
    engine: 'valkey',
    nodeType: 'cache.t4g.small',
    replicas: 1,
    durability: { refusedBecause: 'small signs a few people in again for a fifth of the cost of durable nodes' },
  },
  objects: { engine: 'valkey', nodeType: 'cache.t4g.small', replicas: 0, evictionPolicy: 'allkeys-lru' },
};

const prod: StageConfig = {
  stage: 'prod',
  region: 'eu-central-1',
  zones: ['a', 'b', 'c'],
  network: { cidr: '10.30.0.0/16', nat: 'none', endpoints: 'every-zone' },
  https: { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000003' },
  deletionProtection: true,
  waf: true,
  alarms: { emails: ['operators@example.com'] },
  clones: {
    instanceTypes: ['m7g.large', 'm6g.large', 'm8g.large'],
    architecture: 'arm64',
    min: 3,
    max: 12,
    requestsPerMinute: 6000,
    cpuPercent: 50,
    predictive: 'forecast',
    maxLifetimeDays: 30,
    readyWithinSeconds: 180,
    roll: { checkpoints: [34, 100], checkpointSeconds: 300, bakeSeconds: 600, alarms: true },
  },
  image: { bake: 'on-deploy', base: 'al2023', keep: 10, scan: true },
  algorithm: 'weighted_random',
  database: {
    class: 'db.r7g.large',
    storageGiB: 200,
    maxStorageGiB: 1000,
    replicas: [{ zone: 'b' }, { zone: 'c' }],
    backupDays: 14,
    multiAz: true,
    insights: 'advanced',
  },
  sessions: { engine: 'valkey', nodeType: 'cache.m7g.large', replicas: 2, durability: 'sync' },
  objects: { engine: 'valkey', nodeType: 'cache.r7g.large', replicas: 1, evictionPolicy: 'allkeys-lfu' },
};

const stages: Record<StageName, StageConfig> = { dev, small, prod };

const isStageName = (name: string): name is StageName => (stageNames as readonly string[]).includes(name);

/** The verified config of one stage, or of every stage when no name is given. */
export const getStages = (name?: string): StageConfig[] => {
  if (name === undefined) return stageNames.map((each) => verifyConfig(stages[each]));
  if (isStageName(name)) return [verifyConfig(stages[name])];
  throw new OperatorError(
    `stage must be one of ${stageNames.join(', ')}; got: ${JSON.stringify(name)}; choose one, or leave it out for all`,
  );
};
