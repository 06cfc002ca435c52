// How an image is baked, and what must hold before it may be used.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetHashType, type Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { toComponentDocument } from '../../lib/constructs/image-component';
import { ImagePipeline, type ImagePipelineProps } from '../../lib/constructs/image-pipeline';
import { expectRightsFromTheStart, propertiesOf, rightsOf, surroundings, templateOf } from './built';

const digest = 'd'.repeat(64);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-image-'));
  writeFileSync(join(folder, 'release.tar.gz'), 'a release');
});
afterAll(() => rmSync(folder, { recursive: true }));

const make = (stack: Stack, props: Partial<ImagePipelineProps> = {}): ImagePipeline => {
  const { vpc, securityGroup } = surroundings(stack);
  const [subnet] = vpc.privateSubnets;
  if (!subnet) throw new Error('no subnet');
  return new ImagePipeline(stack, 'Image', {
    name: 'test',
    architecture: 'arm64',
    instanceType: 't4g.small',
    subnet,
    securityGroup,
    archive: new Asset(stack, 'Archive', {
      path: join(folder, 'release.tar.gz'),
      assetHash: digest,
      assetHashType: AssetHashType.CUSTOM,
    }),
    digest,
    imageTags: {},
    ...props,
  });
};
const build = (props: Partial<ImagePipelineProps> = {}) => templateOf((stack) => make(stack, props));
const buildOnDeploy = (props: Partial<ImagePipelineProps> = {}) =>
  templateOf((stack) => make(stack, props).bakeOnDeploy());

type Template = ReturnType<typeof build>;
const ofType = (template: Template, type: string) => propertiesOf(template, `AWS::ImageBuilder::${type}`);

const debianStart = (props: Partial<ImagePipelineProps> = {}): string => {
  const { AdditionalInstanceConfiguration } = ofType(build({ base: 'debian-13', ...props }), 'ImageRecipe');
  return JSON.stringify(AdditionalInstanceConfiguration);
};

describe('the pipeline', () => {
  test('minimal: from the newest Amazon Linux to an image of eight GiB, of which the five newest are kept', () => {
    const template = build();
    expect(ofType(template, 'ImageRecipe')).toMatchObject({
      Name: 'test',
      ParentImage: 'ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
      BlockDeviceMappings: [{ Ebs: { VolumeSize: 8 } }],
    });
    expect(ofType(template, 'ImagePipeline')).toMatchObject({ Name: 'test', Status: 'ENABLED' });
    expect(ofType(template, 'LifecyclePolicy').PolicyDetails).toMatchObject([{ Filter: { Type: 'COUNT', Value: 5 } }]);
    expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toEqual({
      LogGroupName: '/aws/imagebuilder/test',
      RetentionInDays: 30,
    });
  });

  test('maximal: every prop arrives', () => {
    const template = templateOf((stack) =>
      make(stack, {
        name: 'other',
        architecture: 'x86_64',
        instanceType: 't3.small',
        digest: 'e'.repeat(64),
        imageTags: { colour: 'red' },
        base: 'debian-13',
        baseAmiId: 'ami-0123456789abcdef0',
        keep: 9,
        keepUsedDays: 99,
        scan: { refusedBecause: 'nobody knows it' },
        logKey: new Key(stack, 'Key'),
        diskGiB: 30,
      }),
    );
    expect(ofType(template, 'ImageRecipe')).toMatchObject({
      Name: 'other',
      ParentImage: 'ami-0123456789abcdef0',
      BlockDeviceMappings: [{ Ebs: { VolumeSize: 30 } }],
    });
    expect(ofType(template, 'InfrastructureConfiguration')).toMatchObject({ InstanceTypes: ['t3.small'] });
    expect(ofType(template, 'DistributionConfiguration').Distributions).toMatchObject([
      { AmiDistributionConfiguration: { AmiTags: { colour: 'red', 'clonekit:pipeline': 'other' } } },
    ]);
    expect(ofType(template, 'LifecyclePolicy').PolicyDetails).toMatchObject([
      { Filter: { Value: 9 }, ExclusionRules: { Amis: { LastLaunched: { Unit: 'DAYS', Value: 99 } } } },
    ]);
    expect(ofType(template, 'ImagePipeline').ImageScanningConfiguration).toEqual({ ImageScanningEnabled: false });
    expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toHaveProperty('KmsKeyId');
    expect(JSON.stringify(ofType(template, 'Component').Data)).toContain('e'.repeat(64));
  });

  test('bakes nothing by itself, and by no clock', () => {
    const template = build();
    template.resourceCountIs('AWS::ImageBuilder::Image', 0);
    expect(ofType(template, 'ImagePipeline')).not.toHaveProperty('Schedule');
  });
});

describe('an image', () => {
  test('is booted and tested before it may be used', () => {
    for (const making of [ofType(build(), 'ImagePipeline'), ofType(buildOnDeploy(), 'Image')])
      expect(making).toMatchObject({ ImageTestsConfiguration: { ImageTestsEnabled: true } });
  });

  test('is scanned without Inspector being activated, and a critical hole that has a fix fails it', () => {
    for (const making of [ofType(build(), 'ImagePipeline'), ofType(buildOnDeploy(), 'Image')])
      expect(making.ImageScanningConfiguration).toEqual({
        ImageScanningEnabled: true,
        ImageScanningTypes: ['ON_DEMAND_AMI_CVE'],
        ScanResultCondition: { MaximumSeverityLabel: 'HIGH', FixAvailable: true },
      });
  });

  test('is encrypted', () => {
    expect(ofType(build(), 'ImageRecipe').BlockDeviceMappings).toMatchObject([
      { Ebs: { Encrypted: true, VolumeType: 'gp3' } },
    ]);
  });

  test('goes when it is old, with its AMI and snapshots, unless clones were launched from it lately', () => {
    expect(ofType(build(), 'LifecyclePolicy')).toMatchObject({
      ResourceType: 'AMI_IMAGE',
      ResourceSelection: { TagMap: { 'clonekit:pipeline': 'test' } },
      Status: 'ENABLED',
      PolicyDetails: [
        {
          Action: { Type: 'DELETE', IncludeResources: { Amis: true, Snapshots: true } },
          ExclusionRules: { Amis: { LastLaunched: { Unit: 'DAYS', Value: 60 } } },
        },
      ],
    });
  });

  test('is tagged by what the lifecycle selects it, however it was baked', () => {
    const template = buildOnDeploy();
    const tag = { 'clonekit:pipeline': 'test' };
    expect(ofType(template, 'Image').Tags).toMatchObject(tag);
    expect(ofType(template, 'ImagePipeline').ImageTags).toMatchObject(tag);
  });
});

describe('an image that is baked with the deploy', () => {
  test('is of the pipeline’s recipe, machine and distribution', () => {
    const template = buildOnDeploy();
    const image = ofType(template, 'Image');
    const pipeline = ofType(template, 'ImagePipeline');
    for (const part of ['ImageRecipeArn', 'InfrastructureConfigurationArn', 'DistributionConfigurationArn'])
      expect(image[part]).toEqual(pipeline[part]);
  });

  test('stays when another takes its place, and goes when its first bake fails', () => {
    const [image] = Object.values(buildOnDeploy().findResources('AWS::ImageBuilder::Image'));
    expect(image).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });

  test('waits until its machine can reach AWS, and for the log that it would else make itself', () => {
    const [image] = Object.values(buildOnDeploy().findResources('AWS::ImageBuilder::Image'));
    expect(image?.DependsOn).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ImageLog/), expect.stringMatching(/PrivateSubnet1DefaultRoute/)]),
    );
  });

  test('is one, however many fleets ask for it', () => {
    const template = templateOf((stack) => {
      const pipeline = make(stack);
      expect(pipeline.bakeOnDeploy()).toBe(pipeline.bakeOnDeploy());
    });
    template.resourceCountIs('AWS::ImageBuilder::Image', 1);
  });
});

describe('the machines that bake and test', () => {
  test('have hardened metadata and go when they fail', () => {
    expect(ofType(build(), 'InfrastructureConfiguration')).toMatchObject({
      InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      TerminateInstanceOnFailure: true,
    });
  });

  test('may read this one release, this one component and AWS’s tools, and write this one log', () => {
    expectRightsFromTheStart(build(), 'service-role/EC2ImageBuilderLifecycleExecutionPolicy');
    const rights = Object.fromEntries(
      rightsOf(build()).map(({ Sid, Action, Resource }) => [Sid, { Action, Resource }]),
    );
    expect(Object.keys(rights)).toEqual(['Release', 'Component', 'Tools', 'Log', 'Agent']);
    expect(rights.Release).toEqual({
      Action: 's3:GetObject',
      Resource: {
        'Fn::Join': ['', ['arn:aws:s3:::', expect.anything(), expect.stringMatching(/^\/[0-9a-f]{64}\.gz$/)]],
      },
    });
    expect(rights.Component?.Action).toBe('imagebuilder:GetComponent');
    expect(JSON.stringify(rights.Component?.Resource)).toContain(':component/test/*"');
    expect(JSON.stringify(rights.Tools?.Resource)).toContain(':s3:::ec2imagebuilder*"');
  });

  test('may read no parameter and no secret of the account', () => {
    const all = JSON.stringify(rightsOf(build()));
    expect(all).not.toMatch(/ssm:GetParameter|secretsmanager:|kms:/);
    expect(rightsOf(build()).filter(({ Resource }) => Resource === '*')).toMatchObject([{ Sid: 'Agent' }]);
  });

  test('get the agent that drives them where the base image has none, without a way to the internet', () => {
    expect(ofType(build(), 'ImageRecipe')).not.toHaveProperty('AdditionalInstanceConfiguration');
    expect(debianStart()).toContain('"UninstallAfterBuild":false');
    const url = (kind: string) => `https://s3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1/latest/${kind}/`;
    expect(debianStart()).toContain(url('debian_arm64'));
    expect(debianStart({ architecture: 'x86_64', instanceType: 't3.small' })).toContain(url('debian_amd64'));
  });
});

describe('a version', () => {
  const versionOf = (type: string, props: Partial<ImagePipelineProps> = {}): unknown =>
    ofType(build(props), type).Version;

  test.each(['Component', 'ImageRecipe'])('of a %s follows from the release', (type) => {
    expect(versionOf(type)).toMatch(/^1\.0\.\d{1,10}$/);
    expect(versionOf(type)).toBe(versionOf(type));
    expect(versionOf(type, { digest: 'e'.repeat(64) })).not.toBe(versionOf(type));
  });

  test.each<Partial<ImagePipelineProps>>([
    { diskGiB: 9 },
    { base: 'debian-13' },
    { baseAmiId: 'ami-0123456789abcdef0' },
  ])('of a recipe with %j is another one', (props) => {
    expect(versionOf('ImageRecipe', props)).not.toBe(versionOf('ImageRecipe'));
  });

  test('is told in a tag of the image', () => {
    expect(ofType(buildOnDeploy(), 'Image').Tags).toMatchObject({ 'clonekit:recipe': versionOf('ImageRecipe') });
  });
});

describe('the steps', () => {
  const document = toComponentDocument(digest, 's3://bucket/key') as {
    phases: { name: string; steps: { name: string; action: string; inputs: { commands: string[] } }[] }[];
  };

  test('bake on the one machine and test on the other', () => {
    expect(document.phases.map(({ name, steps }) => [name, steps.map((step) => step.name)])).toEqual([
      ['build', ['Download', 'Bake']],
      ['test', ['Verify']],
    ]);
    expect(document.phases[1]?.steps[0]?.inputs.commands).toEqual([
      'set -eu',
      `sh /opt/clonekit/clone/verify.sh ${digest}`,
    ]);
  });

  /** Runs the step `Bake` as Image Builder would, on an archive whose script leaves a mark. */
  const runBake = (script: string, sums = script, wanted?: string): { failed: boolean; marked: boolean } => {
    const place = mkdtempSync(join(folder, 'bake-'));
    const mark = join(place, 'mark');
    mkdirSync(join(place, 'clone'));
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const list = `${sha256(sums.replace('MARK', mark))}  clone/bake.sh\n`;
    writeFileSync(join(place, 'clone/bake.sh'), script.replace('MARK', mark));
    writeFileSync(join(place, 'SHA256SUMS'), list);
    const of = wanted ?? sha256(list);
    const archive = join(place, `${of}.tar.gz`);
    execFileSync('tar', ['-czf', archive, '-C', place, 'SHA256SUMS', 'clone/bake.sh']);
    const bake = toComponentDocument(of, 's3://bucket/key') as typeof document;
    const commands = bake.phases[0]?.steps[1]?.inputs.commands.join('\n').replaceAll(`/var/tmp/${of}`, join(place, of));
    let failed = false;
    try {
      execFileSync('bash', ['-c', commands ?? ''], { stdio: 'ignore', env: { PATH: process.env.PATH, TMPDIR: place } });
    } catch {
      failed = true;
    }
    return { failed, marked: existsSync(mark) && readFileSync(mark, 'utf8').includes(`${archive} ${of}`) };
  };
  const script = 'echo "$1 $2" >MARK\n';

  test('run the release’s own script with the archive and its digest', () => {
    expect(runBake(script)).toEqual({ failed: false, marked: true });
  });

  test('run nothing of an archive that is of another digest', () => {
    expect(runBake(script, script, 'f'.repeat(64))).toEqual({ failed: true, marked: false });
  });

  test('run no script that was changed since it was packed', () => {
    expect(runBake(script, 'exit 0\n')).toEqual({ failed: true, marked: false });
  });

  test('fail when the script does', () => {
    expect(runBake('exit 3\n').failed).toBe(true);
  });
});

test.each<[Partial<ImagePipelineProps>, string]>([
  [
    { name: 'My Image' },
    'Test/Image.name must begin with a letter and be of lower-case letters, digits and hyphens, at most 100; got: "My Image"; name it like shop-image',
  ],
  [
    { instanceType: 't3.small' },
    'Test/Image.instanceType must be of arm64: what is baked boots on no other; got: "t3.small"; use t4g.small, or another architecture',
  ],
  [
    { digest: 'latest' },
    'Test/Image.digest must be the digest of a release, 64 hexadecimal digits; got: "latest"; pass the `digest` of the release that was packed',
  ],
  [
    { baseAmiId: 'ami-1' },
    'Test/Image.baseAmiId must be a literal: ami- and 17 hexadecimal digits; got: "ami-1"; paste the id of the base image, or leave it out for the newest',
  ],
  [
    { scan: { refusedBecause: 'no' } },
    'Test/Image.scan.refusedBecause must be a reason, in three words or more; got: "no"; write why nobody needs to know of its holes, or leave it out',
  ],
  [
    { diskGiB: 7 },
    'Test/Image.diskGiB must be a whole number from 8 to 16384; got: 7; use the size of the clones’ disks',
  ],
  [{ keep: 0 }, 'Test/Image/Lifecycle.keep must be a whole number from 1 to 1000; got: 0; keep one to go back to'],
  [
    { keepUsedDays: 366 },
    'Test/Image/Lifecycle.keepUsedDays must be a whole number from 1 to 365; got: 366; use more than the most days a clone lives',
  ],
])('%j is refused', (props, message) => {
  expect(() => build(props)).toThrow(new Error(message));
});
