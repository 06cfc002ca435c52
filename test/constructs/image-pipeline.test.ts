// How an image is baked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { ImagePipeline, type ImagePipelineProps } from '../../lib/constructs/image-pipeline';
import { expectRightsFromTheStart, propertiesOf, rightsOf, surroundings, templateOf } from './built';

const digest = 'd'.repeat(64);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-image-'));
  writeFileSync(join(folder, 'release.tar.gz'), 'a release');
});
afterAll(() => rmSync(folder, { recursive: true }));

const build = (props: Partial<ImagePipelineProps> = {}) =>
  templateOf((stack) => {
    const { vpc, securityGroup } = surroundings(stack);
    const [subnet] = vpc.privateSubnets;
    if (!subnet) throw new Error('no subnet');
    new ImagePipeline(stack, 'Image', {
      name: 'test',
      architecture: 'arm64',
      instanceType: 't4g.small',
      subnet,
      securityGroup,
      archive: new Asset(stack, 'Archive', {
        path: join(folder, 'release.tar.gz'),
        assetHash: props.digest ?? digest,
        assetHashType: AssetHashType.CUSTOM,
      }),
      digest,
      imageTags: {},
      ...props,
    });
  });
const versionOf = (template: ReturnType<typeof build>, type: string): unknown => propertiesOf(template, type).Version;

test('minimal: a pipeline from a base image to one of eight GiB', () => {
  const template = build();
  expect(propertiesOf(template, 'AWS::ImageBuilder::ImageRecipe')).toMatchObject({
    Name: 'test',
    ParentImage: 'arn:aws:imagebuilder:eu-central-1:aws:image/amazon-linux-2023-arm64/x.x.x',
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 8 } }],
  });
  expect(propertiesOf(template, 'AWS::ImageBuilder::ImagePipeline')).toMatchObject({ Name: 'test', Status: 'ENABLED' });
});

test('maximal: every prop arrives', () => {
  const template = build({
    name: 'other',
    architecture: 'x86_64',
    instanceType: 't3.small',
    digest: 'e'.repeat(64),
    imageTags: { colour: 'red' },
    diskGiB: 30,
  });
  expect(propertiesOf(template, 'AWS::ImageBuilder::ImageRecipe')).toMatchObject({
    Name: 'other',
    ParentImage: expect.stringContaining('amazon-linux-2023-x86/x.x.x'),
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 30 } }],
  });
  expect(propertiesOf(template, 'AWS::ImageBuilder::InfrastructureConfiguration')).toMatchObject({
    InstanceTypes: ['t3.small'],
  });
  expect(propertiesOf(template, 'AWS::ImageBuilder::DistributionConfiguration').Distributions).toMatchObject([
    { AmiDistributionConfiguration: { AmiTags: { colour: 'red' } } },
  ]);
  expect(JSON.stringify(propertiesOf(template, 'AWS::ImageBuilder::Component').Data)).toContain('e'.repeat(64));
});

test('the machine that bakes has hardened metadata and goes when it fails', () => {
  expect(propertiesOf(build(), 'AWS::ImageBuilder::InfrastructureConfiguration')).toMatchObject({
    InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    TerminateInstanceOnFailure: true,
  });
});

test('the image is encrypted', () => {
  expect(propertiesOf(build(), 'AWS::ImageBuilder::ImageRecipe').BlockDeviceMappings).toMatchObject([
    { Ebs: { Encrypted: true, VolumeType: 'gp3' } },
  ]);
});

test('the machine that bakes may read this one release of all that is in the bucket', () => {
  expectRightsFromTheStart(build(), 'AmazonSSMManagedInstanceCore', 'EC2InstanceProfileForImageBuilder');
  expect(rightsOf(build())).toEqual([
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: {
        'Fn::Join': ['', ['arn:aws:s3:::', expect.anything(), expect.stringMatching(/^\/[0-9a-f]{64}\.gz$/)]],
      },
    },
  ]);
});

test.each(['AWS::ImageBuilder::Component', 'AWS::ImageBuilder::ImageRecipe'])(
  'a %s of other content has another version, of the same content the same',
  (type) => {
    expect(versionOf(build(), type)).toMatch(/^1\.0\.\d{1,10}$/);
    expect(versionOf(build(), type)).toBe(versionOf(build(), type));
    expect(versionOf(build({ digest: 'e'.repeat(64) }), type)).not.toBe(versionOf(build(), type));
  },
);

test('a larger disk is another recipe', () => {
  const type = 'AWS::ImageBuilder::ImageRecipe';
  expect(versionOf(build({ diskGiB: 9 }), type)).not.toBe(versionOf(build(), type));
});
