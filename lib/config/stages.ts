// The three stages: what each of them runs, every value written out, nothing inherited from another.
import { type StageName, stageNames } from './names';
import { OperatorError } from './operator-error';
import type { StageConfig } from './stage-config';
import { verifyConfig } from './verify-config';

/**
 * The AMI ids and the certificate below are placeholders of the right form: they let every stage be synthesized, tested
 * and run on one machine. Before the first deploy, paste the id of an image baked by the stage's image pipeline.
 */
const dev: StageConfig = {
  stage: 'dev',
  region: 'eu-central-1',
  zones: ['a', 'b'],
  cidr: '10.10.0.0/16',
  natGateways: 1,
  https: { refusedBecause: 'dev has no domain name of its own and holds no data of people' },
  deletionProtection: { refusedBecause: 'dev is made and thrown away while working on the stacks' },
  clones: {
    instanceType: 't4g.small',
    architecture: 'arm64',
    min: 2,
    max: 4,
    requestsPerMinute: 1500,
    readyWithinSeconds: 120,
  },
  image: { amiId: 'ami-0de00000000000001' },
  healthCheck: { intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 2 },
  deregistrationSeconds: 5,
  algorithm: 'round_robin',
  idleTimeoutSeconds: 60,
  database: {
    class: 'db.t4g.micro',
    storageGiB: 20,
    maxStorageGiB: 50,
    replicas: 1,
    backupDays: 1,
    multiAz: { refusedBecause: 'dev can wait until a lost database is restored' },
  },
  sessions: { nodeType: 'cache.t4g.micro', replicas: 1 },
  objects: { nodeType: 'cache.t4g.micro', replicas: 0, evictionPolicy: 'allkeys-lru' },
};

const small: StageConfig = {
  stage: 'small',
  region: 'eu-central-1',
  zones: ['a', 'b'],
  cidr: '10.20.0.0/16',
  natGateways: 1,
  https: { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000002' },
  deletionProtection: true,
  clones: {
    instanceType: 't4g.medium',
    architecture: 'arm64',
    min: 2,
    max: 6,
    requestsPerMinute: 3000,
    readyWithinSeconds: 180,
  },
  image: { amiId: 'ami-05a00000000000002' },
  healthCheck: { intervalSeconds: 10, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
  deregistrationSeconds: 30,
  algorithm: 'round_robin',
  idleTimeoutSeconds: 60,
  database: {
    class: 'db.t4g.medium',
    storageGiB: 50,
    maxStorageGiB: 200,
    replicas: 1,
    backupDays: 7,
    multiAz: {
      refusedBecause: 'small promotes its replica by hand and accepts minutes of lost writes for half the cost',
    },
  },
  sessions: { nodeType: 'cache.t4g.small', replicas: 1 },
  objects: { nodeType: 'cache.t4g.small', replicas: 0, evictionPolicy: 'allkeys-lru' },
};

const prod: StageConfig = {
  stage: 'prod',
  region: 'eu-central-1',
  zones: ['a', 'b', 'c'],
  cidr: '10.30.0.0/16',
  natGateways: 3,
  https: { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000003' },
  deletionProtection: true,
  clones: {
    instanceType: 'm7g.large',
    architecture: 'arm64',
    min: 3,
    max: 12,
    requestsPerMinute: 6000,
    readyWithinSeconds: 180,
  },
  image: { amiId: 'ami-09d00000000000003' },
  healthCheck: { intervalSeconds: 10, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 3 },
  deregistrationSeconds: 60,
  algorithm: 'weighted_random',
  idleTimeoutSeconds: 60,
  database: {
    class: 'db.r7g.large',
    storageGiB: 200,
    maxStorageGiB: 1000,
    replicas: 2,
    backupDays: 14,
    multiAz: true,
  },
  sessions: { nodeType: 'cache.m7g.large', replicas: 2 },
  objects: { nodeType: 'cache.r7g.large', replicas: 1, evictionPolicy: 'allkeys-lfu' },
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
