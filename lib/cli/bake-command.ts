// Runs `bake`: deploys what bakes, has it bake, and writes down the image that came out.
import { imageLockFile } from '../config/image-lock';
import { outputs, type StageName, stackName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { StageConfig } from '../config/stage-config';
import { getStages } from '../config/stages';
import { Aws } from '../ops/aws';
import { bake } from '../ops/bake';
import { getBaseAmiId } from '../ops/base-image';
import { toOperatorError } from '../ops/failure';
import type { Patience } from '../ops/image-wait';
import { getStageOutputs } from '../ops/stage-outputs';
import type { Target } from '../ops/target';
import { createBakeReport } from './bake-progress';
import { runCdk } from './cdk';
import type { BakeFlags, Surroundings } from './flags';
import { lockImage, readImageLockFile } from './image-lock-file';
import { findCommit } from './source-commit';

/** What a test has done in another way: everything that is not the API of AWS. */
export interface BakeMeans extends Partial<Patience> {
  readonly config?: StageConfig;
  readonly print?: (line: string) => void;
  /** Runs the project's CDK with these arguments; throws when it fails. */
  readonly cdk?: (args: readonly string[], surroundings: Surroundings) => Promise<void>;
}

const toDeployArgs = (stage: StageName, base: string, isApproved: boolean): string[] => [
  // The network comes with it, since the one refers to the other; a fleet would need the image that is not there yet.
  ...['deploy', stackName(stage, 'image')],
  ...['-c', `stage=${stage}`, '-c', 'bake=true', '-c', `base=${base}`],
  ...(isApproved ? ['--require-approval', 'never'] : []),
];

function getLockedConfig(stage: StageName): StageConfig {
  const [config] = getStages(stage) as [StageConfig];
  if (config.image.bake === 'locked') return config;
  throw new OperatorError(
    `${stage}: image.bake must be locked, got: ${config.image.bake}, which bakes with every deploy; change it in lib/config/stages.ts`,
  );
}

/** What the Image stack is deployed for. */
async function getBakery(aws: Aws): Promise<{ pipelineArn: string; release: string }> {
  const { pipelineArn, release, base } = outputs.image;
  const found = await getStageOutputs(aws, 'image');
  const isOfLocked = found[pipelineArn] && found[release] && found[base]?.startsWith('ami-');
  if (isOfLocked) return { pipelineArn: found[pipelineArn] as string, release: found[release] as string };
  throw new OperatorError(
    `${stackName(aws.target.stage, 'image')}: ${base} must be the id of an image, got: ${found[base] ?? 'nothing'}; leave out --no-deploy`,
  );
}

export async function bakeCommand(flags: BakeFlags, surroundings: Surroundings, means: BakeMeans = {}): Promise<void> {
  const { project } = surroundings;
  const { stage } = flags;
  const { print = console.log, cdk = runCdk, config = getLockedConfig(stage) } = means;
  const { region, clones, image } = config;
  const target: Target = { stage, region };
  const aws = new Aws(target);
  const fail = (error: unknown) => Promise.reject(toOperatorError(error, target));
  // A lock that is none is told now, and not after half an hour.
  readImageLockFile(project);

  if (flags.deploy) {
    const base = await getBaseAmiId(aws, image.base, clones.architecture).catch(fail);
    const args = toDeployArgs(stage, base, flags.yes ?? false);
    if (flags.dryRun) {
      print(`would run: npx cdk ${args.join(' ')}`);
    } else {
      print(`deploying ${stackName(stage, 'image')} and what it stands on, with base image ${base}`);
      await cdk(args, surroundings);
    }
  }
  if (flags.dryRun) return print(`would bake the release of ${stackName(stage, 'image')} in ${region}, and lock it`);

  const { pipelineArn, release } = await getBakery(aws).catch(fail);
  const commit = await findCommit(project, [imageLockFile]);
  print(`baking release ${release.slice(0, 12)}: it is baked, booted and tested, and scanned`);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  try {
    const baked = await bake(
      aws,
      { pipelineArn, release, region },
      {
        ...{ pollSeconds: means.pollSeconds, withinSeconds: means.withinSeconds },
        ...{ report: createBakeReport(print), stop: stop.signal },
      },
    ).catch(fail);
    lockImage(project, {
      ...{ stage, region, architecture: clones.architecture, release },
      ...{ ami: baked.amiId, base: baked.baseAmiId, commit, bakedAt: baked.bakedAt, test: 'passed' },
    });
    print(
      `${baked.amiId} is locked in ${imageLockFile}: commit it, and deploy with: npx cdk deploy --all -c stage=${stage}`,
    );
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    aws.close();
  }
}
