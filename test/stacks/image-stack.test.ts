// How images are baked: from the release, by hand, into an image that says which release it holds.
import { digest, onlyResource, synthesizedStages, toSnapshot } from './synthesized';

const stages = synthesizedStages();

describe.each(stages)('in %s', (_, { templates }, config) => {
  const { image } = templates;

  test('the template is as reviewed', () => {
    expect(toSnapshot(image)).toMatchSnapshot();
  });

  test('deploying bakes nothing, and no clock does', () => {
    expect(onlyResource(image, 'AWS::ImageBuilder::ImagePipeline').Properties).not.toHaveProperty('Schedule');
    expect(JSON.stringify(image)).not.toContain('AWS::ImageBuilder::Image"');
  });

  test('the image is tagged with stage and release', () => {
    const { Distributions } = onlyResource(image, 'AWS::ImageBuilder::DistributionConfiguration').Properties;
    expect(Distributions).toMatchObject([
      { AmiDistributionConfiguration: { AmiTags: { 'clonekit:stage': config.stage, 'clonekit:release': digest } } },
    ]);
  });

  test('the base image is for the clones’ processor', () => {
    const { ParentImage } = onlyResource(image, 'AWS::ImageBuilder::ImageRecipe').Properties;
    expect(ParentImage).toMatch(`amazon-linux-2023-${config.clones.architecture === 'arm64' ? 'arm64' : 'x86'}/x.x.x`);
  });
});
