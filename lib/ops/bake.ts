// `clonekit bake`: has EC2 Image Builder bake what the Image stack describes, and waits until the image may be used, or must not.
import {
  GetImageCommand,
  type Image,
  ImagebuilderClient,
  ListImagePipelineImagesCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder';
import { tags } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import { toFailedBake } from './failed-bake';
import { type BakeProgress, isEnded, type Patience, waitForImage } from './image-wait';

/** What the Image stack would bake. */
export interface Bake {
  readonly pipelineArn: string;
  /** Digest of the release. */
  readonly release: string;
  readonly region: string;
}

export interface BakedImage {
  readonly amiId: string;
  /** The base image it was baked into. */
  readonly baseAmiId: string;
  /** ISO 8601, UTC. */
  readonly bakedAt: string;
}

export interface BakeOptions extends Partial<Patience> {
  readonly report: (progress: BakeProgress) => void;
  /** Ends the waiting; the bake itself goes on. */
  readonly stop?: AbortSignal;
}

/** A bake that was begun for the same release and has not ended: whoever stopped waiting for it can wait again. */
async function findRunning(client: ImagebuilderClient, { pipelineArn, release }: Bake): Promise<string | undefined> {
  const { imageSummaryList = [] } = await client.send(
    new ListImagePipelineImagesCommand({ imagePipelineArn: pipelineArn, maxResults: 25 }),
  );
  return imageSummaryList.find(({ state, tags: of }) => !isEnded(state?.status) && of?.[tags.release] === release)?.arn;
}

async function start(client: ImagebuilderClient, { pipelineArn }: Bake): Promise<string> {
  const { imageBuildVersionArn } = await client.send(
    new StartImagePipelineExecutionCommand({ imagePipelineArn: pipelineArn }),
  );
  if (imageBuildVersionArn) return imageBuildVersionArn;
  throw new OperatorError(`${pipelineArn}: must tell what it bakes, got: nothing; look at it in EC2 Image Builder`);
}

/** The AMI, once everything that makes it good is there. */
function toBaked(image: Image, { region, release }: Bake): BakedImage {
  const refuse = (rule: string, got: unknown, remedy: string): never => {
    throw new OperatorError(`${image.arn}: ${rule}, got: ${got ?? 'nothing'}; ${remedy}`);
  };
  if (image.tags?.[tags.release] !== release)
    refuse(`must be of release ${release}`, image.tags?.[tags.release], 'deploy the Image stack and bake again');
  if (image.imageTestsConfiguration?.imageTestsEnabled === false)
    refuse('must be tested', 'tests that are off', 'deploy the Image stack and bake again');
  const amiId = image.outputResources?.amis?.find((ami) => ami.region === region)?.image;
  if (!amiId) return refuse(`must be an AMI in ${region}`, undefined, 'look at its distribution in EC2 Image Builder');
  const baseAmiId = image.imageRecipe?.parentImage ?? '';
  if (!baseAmiId.startsWith('ami-'))
    refuse('must stand on an image named by its id', baseAmiId, 'deploy the Image stack by clonekit bake');
  return { amiId, baseAmiId, bakedAt: new Date(image.dateCreated ?? Date.now()).toISOString() };
}

/**
 * Starts the pipeline, or goes on waiting for a bake of the same release that somebody started.
 * @throws OperatorError when there is no image in the end: what failed, why, and where its log is
 */
export async function bake(aws: Aws, what: Bake, options: BakeOptions): Promise<BakedImage> {
  const client = aws.of(ImagebuilderClient);
  const arn = (await findRunning(client, what)) ?? (await start(client, what));
  const image = await waitForImage(arn, {
    ...options,
    ask: async () => (await client.send(new GetImageCommand({ imageBuildVersionArn: arn }))).image,
  });
  if (image.state?.status !== 'AVAILABLE') throw await toFailedBake(client, image);
  return toBaked(image, what);
}
