// `clonekit rollback`: back to the clones there were while a roll goes on, or to a named earlier release.
import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  CreateOrUpdateTagsCommand,
  RollbackInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateVersionCommand, EC2Client, type Image, paginateDescribeImages } from '@aws-sdk/client-ec2';
import { tags } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws, FailedCall } from './aws';
import { getTemplateOf, type TemplateReference } from './launch-template';
import type { Stage } from './stage';
import { getGroup } from './status/clones';
import type { RefreshStatus } from './status/refresh';

export interface ReleaseImage {
  readonly release: string;
  readonly imageId: string;
  /** ISO 8601, UTC. */
  readonly bakedAt: string;
}

const releaseOf = ({ Tags }: Image): string => Tags?.find(({ Key }) => Key === tags.release)?.Value ?? '';

/** The stage's images in this account with the release in each, the newest first. */
export async function listReleases(aws: Aws): Promise<ReleaseImage[]> {
  const ofStage = { Name: `tag:${tags.stage}`, Values: [aws.target.stage] };
  const question = { Owners: ['self'], Filters: [{ Name: 'tag-key', Values: [tags.release] }, ofStage] };
  const found: ReleaseImage[] = [];
  for await (const { Images = [] } of paginateDescribeImages({ client: aws.of(EC2Client) }, question)) {
    for (const image of Images) {
      const { ImageId: imageId = '', CreationDate: bakedAt = '' } = image;
      found.push({ release: releaseOf(image), imageId, bakedAt });
    }
  }
  return found.sort((a, b) => b.bakedAt.localeCompare(a.bakedAt));
}

/** The images of a release, by its digest or the beginning of it; the newest first, as it may be baked into another base. */
export async function getImagesOf(aws: Aws, wanted: string): Promise<[ReleaseImage, ...ReleaseImage[]]> {
  const all = await listReleases(aws);
  const matches = all.filter(({ release }) => wanted !== '' && release.startsWith(wanted));
  const [newest, ...others] = matches;
  if (newest && others.every(({ release }) => release === newest.release)) return [newest, ...others];
  const known = [...new Set(all.map(({ release }) => release.slice(0, 12)))].join(', ') || 'none';
  const rule = matches.length > 1 ? 'must name one release alone' : 'must be one of an image that is kept';
  throw new OperatorError(`release: ${rule}, got: ${wanted}. The releases are: ${known}`);
}

/** A version of the group's template with that image, and the group's word of what new clones run. */
export async function prepareRelease(aws: Aws, stage: Stage, image: ReleaseImage): Promise<TemplateReference> {
  const { id, version } = getTemplateOf(await getGroup(aws, stage));
  const { LaunchTemplateVersion } = await aws.of(EC2Client).send(
    new CreateLaunchTemplateVersionCommand({
      ...{ LaunchTemplateId: id, SourceVersion: version, LaunchTemplateData: { ImageId: image.imageId } },
      VersionDescription: `release ${image.release.slice(0, 12)}`,
    }),
  );
  return { id, version: String(LaunchTemplateVersion?.VersionNumber) };
}

/** The release that new clones are told of. */
export async function getTaggedRelease(aws: Aws, stage: Stage): Promise<string> {
  const { Tags } = await getGroup(aws, stage);
  return Tags?.find(({ Key }) => Key === tags.release)?.Value ?? stage.release;
}

/** New clones are told by this tag which release they were launched with. */
export async function tagRelease(aws: Aws, { groupName }: Stage, release: string): Promise<void> {
  const of = { ResourceId: groupName, ResourceType: 'auto-scaling-group', PropagateAtLaunch: true };
  await aws
    .of(AutoScalingClient)
    .send(new CreateOrUpdateTagsCommand({ Tags: [{ ...of, Key: tags.release, Value: release }] }));
}

/**
 * Ends the roll that goes on: rolled back where AWS can, else cancelled. One that CloudFormation started cannot be rolled
 * back by itself; once it is cancelled the stack rolls back, and that starts another.
 */
export async function rollBackRunning(
  aws: Aws,
  { groupName }: Stage,
  { status }: Pick<RefreshStatus, 'status'>,
): Promise<'rolled back' | 'cancelled'> {
  // To cancel what goes back already would leave it half way.
  if (status === 'RollbackInProgress') return 'rolled back';
  const of = { AutoScalingGroupName: groupName };
  const client = aws.of(AutoScalingClient);
  try {
    await client.send(new RollbackInstanceRefreshCommand(of));
    return 'rolled back';
  } catch (error) {
    if ((error as FailedCall).name !== 'IrreversibleInstanceRefreshFault') throw error;
    await client.send(new CancelInstanceRefreshCommand(of));
    return 'cancelled';
  }
}
