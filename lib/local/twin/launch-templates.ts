// Launch templates and images: versions of the one template there is, and the packed releases as what they would be baked into.
import type * as schemas from '@aws-sdk/client-ec2';
import { tags } from '../../config/names';
import type { Fleet } from '../fleet';
import type { ReleaseImage, TemplateVersion } from '../launch-templates';
import { account } from '../physical';
import { tagFilters, verifyFilters } from './filters';
import { toPage } from './page';
import { AwsError, type Handler, select } from './service';

const templateNotFound = (id: string) =>
  new AwsError(
    'InvalidLaunchTemplateId.NotFound',
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
const versionNotFound = (version: string) =>
  new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template.`,
  );
const imageNotFound = (id: string) => new AwsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);

function verifyTemplate(
  { LaunchTemplateId, LaunchTemplateName }: { LaunchTemplateId?: string; LaunchTemplateName?: string },
  { plan }: Fleet,
): void {
  const { id, name } = plan.group.launchTemplate;
  if (LaunchTemplateId !== id && LaunchTemplateName !== name)
    throw templateNotFound(String(LaunchTemplateId ?? LaunchTemplateName));
}

function getVersion(version: string, { templates }: Fleet): TemplateVersion {
  const found = templates.find(version);
  if (found) return found;
  throw versionNotFound(version);
}

const toVersion = (version: TemplateVersion, { plan }: Fleet): schemas.LaunchTemplateVersion => ({
  LaunchTemplateId: plan.group.launchTemplate.id,
  LaunchTemplateName: plan.group.launchTemplate.name,
  VersionNumber: version.number,
  VersionDescription: version.description,
  CreateTime: version.createdAt,
  CreatedBy: `arn:aws:iam::${account}:user/local`,
  DefaultVersion: version.number === 1,
  LaunchTemplateData: {
    ImageId: version.imageId,
    InstanceType: plan.group.launchTemplate.instanceType as schemas._InstanceType,
    UserData: Buffer.from(version.toUserData('127.0.0.1')).toString('base64'),
  },
});

const toImage = ({ id, release, createdAt }: ReleaseImage, { plan }: Fleet): schemas.Image => ({
  ImageId: id,
  Name: `release-${release.slice(0, 12)}`,
  State: 'available',
  OwnerId: account,
  CreationDate: createdAt.toISOString(),
  Public: false,
  Tags: [
    { Key: tags.stage, Value: plan.stage },
    { Key: tags.release, Value: release },
  ],
});

const toSize = (size: number | undefined): number | undefined => (size === undefined || size === 0 ? undefined : size);

export const templateActions: Readonly<Record<string, Handler>> = {
  DescribeLaunchTemplates: (
    input: schemas.DescribeLaunchTemplatesRequest,
    fleet,
  ): schemas.DescribeLaunchTemplatesResult => {
    const { id, name } = fleet.plan.group.launchTemplate;
    const all: schemas.LaunchTemplate[] = [
      {
        LaunchTemplateId: id,
        LaunchTemplateName: name,
        CreateTime: fleet.templates.default.createdAt,
        CreatedBy: `arn:aws:iam::${account}:user/local`,
        DefaultVersionNumber: fleet.templates.default.number,
        LatestVersionNumber: fleet.templates.latest.number,
      },
    ];
    const byId = select(all, input.LaunchTemplateIds, (one) => one.LaunchTemplateId, templateNotFound);
    const byName = select(byId, input.LaunchTemplateNames, (one) => one.LaunchTemplateName, templateNotFound);
    const { items, next } = toPage(byName, toSize(input.MaxResults), input.NextToken);
    return { LaunchTemplates: items, NextToken: next };
  },
  DescribeLaunchTemplateVersions: (
    input: schemas.DescribeLaunchTemplateVersionsRequest,
    fleet,
  ): schemas.DescribeLaunchTemplateVersionsResult => {
    verifyTemplate(input, fleet);
    const wanted = input.Versions?.length
      ? input.Versions.map((version) => getVersion(version, fleet))
      : [...fleet.templates.all].reverse();
    const { items, next } = toPage(wanted, toSize(input.MaxResults), input.NextToken);
    return { LaunchTemplateVersions: items.map((version) => toVersion(version, fleet)), NextToken: next };
  },
  CreateLaunchTemplateVersion: (
    input: schemas.CreateLaunchTemplateVersionRequest,
    fleet,
  ): schemas.CreateLaunchTemplateVersionResult => {
    verifyTemplate(input, fleet);
    const { ImageId: imageId, UserData, ...others } = input.LaunchTemplateData ?? {};
    const [other] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (other)
      throw new AwsError('InvalidParameterValue', `The local twin changes ImageId and UserData, got: ${other}`);
    if (input.SourceVersion === undefined) {
      throw new AwsError('MissingParameter', 'The local twin makes a version from another: SourceVersion is needed.');
    }
    if (imageId !== undefined && !fleet.images.find(imageId)) throw imageNotFound(imageId);
    const made = fleet.templates.create(getVersion(input.SourceVersion, fleet), {
      imageId,
      userData: UserData === undefined ? undefined : Buffer.from(UserData, 'base64').toString(),
      description: input.VersionDescription,
    });
    return { LaunchTemplateVersion: toVersion(made, fleet) };
  },
  DeleteLaunchTemplateVersions: (
    input: schemas.DeleteLaunchTemplateVersionsRequest,
    fleet,
  ): schemas.DeleteLaunchTemplateVersionsResult => {
    verifyTemplate(input, fleet);
    const { id, name } = fleet.plan.group.launchTemplate;
    const deleted = (input.Versions ?? []).map((version) => {
      const found = getVersion(version, fleet);
      if (found.number === fleet.templates.default.number) {
        throw new AwsError('OperationNotPermitted', 'The default version of a launch template cannot be deleted.');
      }
      fleet.templates.remove(found);
      return { LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber: found.number };
    });
    return { SuccessfullyDeletedLaunchTemplateVersions: deleted, UnsuccessfullyDeletedLaunchTemplateVersions: [] };
  },
  DescribeImages: (input: schemas.DescribeImagesRequest, fleet): schemas.DescribeImagesResult => {
    const all = fleet.images.all.map((image) => toImage(image, fleet));
    const byId = select(all, input.ImageIds, (image) => image.ImageId, imageNotFound);
    const fits = verifyFilters(input.Filters, {
      ...tagFilters(tags.stage, tags.release),
      state: ({ State }: schemas.Image) => [State],
    });
    const { items, next } = toPage(byId.filter(fits), toSize(input.MaxResults), input.NextToken);
    return { Images: items, NextToken: next };
  },
};
