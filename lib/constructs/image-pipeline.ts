// How an image is baked: base image + release → AMI, on a machine that exists for that only, and tested on another.
import {
  type CfnResource,
  CrossStackReferences,
  ReferenceStrength,
  RemovalPolicy,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { InstanceProfile, type Role } from 'aws-cdk-lib/aws-iam';
import {
  CfnComponent,
  CfnDistributionConfiguration,
  CfnImage,
  CfnImagePipeline,
  type CfnImageProps,
  CfnImageRecipe,
  CfnInfrastructureConfiguration,
} from 'aws-cdk-lib/aws-imagebuilder';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { tags } from '../config/names';
import { ImageBaker } from './image-baker';
import { rootDevice, toInstanceConfiguration, toParentImage } from './image-base';
import { toComponentDocument } from './image-component';
import { ImageLifecycle } from './image-lifecycle';
import type { ImagePipelineProps } from './image-pipeline-props';
import { verifyImagePipeline } from './image-pipeline-rules';

export type { ImagePipelineProps } from './image-pipeline-props';

/**
 * Components and recipes never change once they exist: other content needs another version, or the deploy fails.
 * So the version is made of the content. Its last part may be any number below 2^30.
 */
const toVersion = (content: object): string => {
  let sum = 0;
  for (const character of JSON.stringify(content)) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return `1.0.${sum >>> 2}`;
};

/** What becomes of a baked image before it may be used: it is booted, its test phase run, and it is scanned. */
const toExamination = (scan: ImagePipelineProps['scan']) => ({
  enhancedImageMetadataEnabled: true,
  imageTestsConfiguration: { imageTestsEnabled: true },
  imageScanningConfiguration:
    scan === undefined || scan === true
      ? {
          imageScanningEnabled: true,
          imageScanningTypes: ['ON_DEMAND_AMI_CVE'],
          // Above HIGH there is CRITICAL alone. With a condition the bake waits for the scan, and fails by it.
          scanResultCondition: { maximumSeverityLabel: 'HIGH', fixAvailable: true },
        }
      : { imageScanningEnabled: false },
});

/** The kind of scan and its condition are newer than what CDK's validator knows of CloudFormation, not than CloudFormation. */
const acknowledgeScan = (construct: CfnResource): void =>
  Validations.of(construct).acknowledge({
    id: 'CloudFormation-Validate::F3002',
    reason: 'ImageScanningTypes and ScanResultCondition are in the schema that the library was made of',
  });

/**
 * Free until something is baked: then two machines for some minutes each, and the storage of every image that is kept. It
 * bakes with the deploy when `bakeOnDeploy` is called, and whenever somebody starts the pipeline.
 * @see EC2.8, EC2.3
 */
export class ImagePipeline extends Construct {
  /** Of the machines that bake and test. */
  readonly role: Role;
  readonly pipelineArn: string;
  /** The base image: a literal id, or `ssm:` and the name of the parameter that tells the newest. */
  readonly parentImage: string;
  /** Version of the recipe: another release, base or disk, another version. */
  readonly recipeVersion: string;
  readonly #log: LogGroup;
  readonly #wayOut: IDependable;
  readonly #imageProps: CfnImageProps;
  #image: CfnImage | undefined;

  constructor(scope: Construct, id: string, props: ImagePipelineProps) {
    super(scope, id);
    verifyImagePipeline(this, props);
    const { name, digest, archive, architecture, base = 'al2023' } = props;
    this.parentImage = toParentImage(base, architecture, props.baseAmiId);
    this.#wayOut = props.subnet.internetConnectivityEstablished;
    // Under the name that Image Builder gives it: made by that, it would be kept forever.
    this.#log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/imagebuilder/${name}`,
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new ImageBaker(this, 'Baker', { name, archive, logGroup: this.#log }).role;

    const component = new CfnComponent(this, 'Component', {
      name,
      platform: 'Linux',
      version: toVersion(toComponentDocument(digest, 'archive')),
      data: Stack.of(this).toJsonString(toComponentDocument(digest, archive.s3ObjectUrl)),
    });
    const disk = {
      deviceName: rootDevice,
      ebs: { volumeType: 'gp3', volumeSize: props.diskGiB ?? 8, encrypted: true, deleteOnTermination: true },
    };
    this.recipeVersion = toVersion({
      ...{ parentImage: this.parentImage, disk },
      document: toComponentDocument(digest, 'archive'),
    });
    const recipe = new CfnImageRecipe(this, 'Recipe', {
      name,
      version: this.recipeVersion,
      parentImage: this.parentImage,
      components: [{ componentArn: component.attrArn }],
      blockDeviceMappings: [disk],
      additionalInstanceConfiguration: toInstanceConfiguration(this, base, architecture),
    });
    const machine = new CfnInfrastructureConfiguration(this, 'Machine', {
      name,
      instanceProfileName: new InstanceProfile(this, 'Profile', { role: this.role }).instanceProfileName,
      instanceTypes: [props.instanceType],
      subnetId: props.subnet.subnetId,
      securityGroupIds: [props.securityGroup.securityGroupId],
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      terminateInstanceOnFailure: true,
    });
    const imageTags = { ...props.imageTags, [tags.pipeline]: name, [tags.recipe]: this.recipeVersion };
    const distribution = new CfnDistributionConfiguration(this, 'Distribution', {
      name,
      distributions: [
        {
          region: Stack.of(this).region,
          // The library hands this object on as it is: its keys are CloudFormation's.
          amiDistributionConfiguration: { Name: `${name}-{{ imagebuilder:buildDate }}`, AmiTags: imageTags },
        },
      ],
    });
    const making = {
      imageRecipeArn: recipe.attrArn,
      infrastructureConfigurationArn: machine.attrArn,
      distributionConfigurationArn: distribution.attrArn,
      ...toExamination(props.scan),
    };
    this.#imageProps = { ...making, tags: imageTags };
    const pipeline = new CfnImagePipeline(this, 'Pipeline', { name, ...making, imageTags, status: 'ENABLED' });
    acknowledgeScan(pipeline);
    this.pipelineArn = pipeline.attrArn;
    new ImageLifecycle(this, 'Lifecycle', {
      pipeline: name,
      keep: props.keep ?? 5,
      keepUsedDays: props.keepUsedDays ?? 60,
    });
  }

  /**
   * Has the image baked and tested while the stack is deployed, whenever the recipe is another: about half an hour, and a
   * deploy that fails when the image does. An image that is replaced stays for `keep`'s sake, and after the stack is gone.
   * @returns the image's id, for a fleet in this stack or another one
   */
  bakeOnDeploy(): string {
    if (!this.#image) {
      const image = new CfnImage(this, 'Image', this.#imageProps);
      image.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
      // Without a way out of its subnet the machine would wait in vain to be driven.
      image.node.addDependency(this.#log, this.#wayOut);
      acknowledgeScan(image);
      // A strong reference would keep the fleet's image from ever being another one.
      CrossStackReferences.of(image).produce(ReferenceStrength.WEAK);
      this.#image = image;
    }
    return this.#image.attrImageId;
  }
}
