// An image that is looked up when a clone is launched or the stack deployed, and so in no review.
import { listFleets } from '../fleet';
import type { Refusal } from '../refusal';

const path = 'Properties.LaunchTemplateData.ImageId';

export const imageResolvedAtLaunch: Refusal = {
  name: 'image-resolved-at-launch',
  prevents: 'clones launched later run other code, a new image rolls nothing, and there is no way back',
  remedy: 'write the id of the image itself, ami- and 17 hexadecimal digits, where a review sees it change',
  find: (view) =>
    listFleets(view)
      .flatMap(({ launchTemplates }) => launchTemplates)
      .filter(
        (template) =>
          /^(resolve:ssm:|\{\{resolve:ssm:)/.test(template.text(path) ?? '') ||
          template.parameterType(path)?.startsWith('AWS::SSM::Parameter::Value<'),
      )
      .map((at) => ({ at, path, must: 'must be the id of an image', got: at.at(path) })),
};
