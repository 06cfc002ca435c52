// How images are baked: from the release, with the deploy or by hand, into an image that says which release it holds.
import { outputs } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { devWith, digest, onlyResource, resourcesOf, synthesizedStages, toSnapshot } from './synthesized';

const stages = synthesizedStages();

describe.each(stages)('in %s', (_, { templates }, config) => {
  const { image } = templates;

  test('the template is as reviewed', () => {
    expect(toSnapshot(image)).toMatchSnapshot();
  });

  test('the outputs are those that others look up', () => {
    expect(Object.keys(image.Outputs)).toEqual(expect.arrayContaining(Object.values(outputs.image)));
    expect(image.Outputs[outputs.image.release]?.Value).toBe(digest);
  });

  test('the deploy bakes, and no clock does', () => {
    expect(onlyResource(image, 'AWS::ImageBuilder::ImagePipeline').Properties).not.toHaveProperty('Schedule');
    expect(resourcesOf(image, 'AWS::ImageBuilder::Image')).toHaveLength(1);
  });

  test('the image is tagged with stage and release', () => {
    const tags = { 'clonekit:stage': config.stage, 'clonekit:release': digest };
    const { Distributions } = onlyResource(image, 'AWS::ImageBuilder::DistributionConfiguration').Properties;
    expect(Distributions).toMatchObject([{ AmiDistributionConfiguration: { AmiTags: tags } }]);
    expect(onlyResource(image, 'AWS::ImageBuilder::Image').Properties.Tags).toMatchObject(tags);
  });

  test('the base image is for the clones’ processor', () => {
    const { ParentImage } = onlyResource(image, 'AWS::ImageBuilder::ImageRecipe').Properties;
    expect(ParentImage).toMatch(new RegExp(`^ssm:/aws/service/.*-${config.clones.architecture}$`));
  });

  test('an image goes only when it is older than any clone can be', () => {
    const { PolicyDetails } = onlyResource(image, 'AWS::ImageBuilder::LifecyclePolicy').Properties;
    const [{ Filter, ExclusionRules }] = PolicyDetails as [
      { Filter: { Value: number }; ExclusionRules: { Amis: { LastLaunched: { Value: number } } } },
    ];
    expect(Filter.Value).toBe(config.image.keep);
    expect(ExclusionRules.Amis.LastLaunched.Value).toBeGreaterThan(config.clones.maxLifetimeDays);
  });
});

describe('a stage whose image is locked', () => {
  const locked = { ami: 'ami-0123456789abcdef0', base: 'ami-0fedcba9876543210' };
  const { image, fleet } = devWith((config) => {
    config.image.bake = 'locked';
  }, locked).templates;

  test('bakes nothing on deploy', () => {
    expect(resourcesOf(image, 'AWS::ImageBuilder::Image')).toEqual([]);
    expect(resourcesOf(image, 'AWS::ImageBuilder::ImagePipeline')).toHaveLength(1);
  });

  test('has the locked image as a literal, and the base image it was baked into', () => {
    const { LaunchTemplateData } = onlyResource(fleet, 'AWS::EC2::LaunchTemplate').Properties;
    expect(LaunchTemplateData).toMatchObject({ ImageId: locked.ami });
    expect(onlyResource(image, 'AWS::ImageBuilder::ImageRecipe').Properties.ParentImage).toBe(locked.base);
    expect(image.Outputs[outputs.image.base]?.Value).toBe(locked.base);
  });

  test('is not made without its image, nor another stage with one', () => {
    const lock = (config: StageConfig): void => {
      config.image.bake = 'locked';
    };
    expect(() => devWith(lock)).toThrow('dev: image.bake and the lock disagree');
    expect(() => devWith(() => {}, locked)).toThrow('dev: image.bake and the lock disagree');
  });
});
