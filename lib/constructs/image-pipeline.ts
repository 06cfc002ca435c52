// How an image is baked: base image + release → AMI, on a machine that exists for that only. Started by hand.
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { InstanceProfile, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnComponent,
  CfnDistributionConfiguration,
  CfnImagePipeline,
  CfnImageRecipe,
  CfnInfrastructureConfiguration,
} from 'aws-cdk-lib/aws-imagebuilder';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { manifestFile } from '../config/names';
import { acknowledge, toManagedPolicyRule } from './acknowledge';

export interface ImagePipelineProps {
  /** Name of pipeline, recipe and component, and start of the image's name. */
  readonly name: string;
  /** Of the base image and of what is baked; `instanceType` must be of it. */
  readonly architecture: 'arm64' | 'x86_64';
  /** Type of the baking machine: the clones', so that what is baked has booted on it once. */
  readonly instanceType: string;
  /** Where the baking machine stands: it needs a way to AWS's API, to S3 and to the mirrors of packages. */
  readonly subnet: ISubnet;
  /** Of the baking machine: let out on 443, reached by nobody. */
  readonly securityGroup: ISecurityGroup;
  /** The release's archive. */
  readonly archive: Asset;
  /** The release's name. */
  readonly digest: string;
  /** Tags of the image. */
  readonly imageTags: Record<string, string>;
  /**
   * Size of the image's root disk, in GiB; a clone's must not be smaller.
   * @default 8 - the base image's own, which leaves several for releases and logs
   */
  readonly diskGiB?: number;
}

/** What Image Builder asks of the role of a machine that bakes. */
const awsPolicies = ['AmazonSSMManagedInstanceCore', 'EC2InstanceProfileForImageBuilder'] as const;

/** Where releases lie on a clone. The app runs from `current`. */
const folder = '/opt/clonekit';

/** The machine that bakes unpacks the release and makes sure that something is there. */
const toDocument = (digest: string, source: string): object => {
  const archive = `/tmp/${digest}.tar.gz`;
  const target = `${folder}/releases/${digest}`;
  const step = (name: string, commands: string[]): object => ({
    name,
    action: 'ExecuteBash',
    inputs: { commands: ['set -eu', ...commands] },
  });
  const download = { name: 'Download', action: 'S3Download', inputs: [{ source, destination: archive }] };
  const unpack = step('Unpack', [
    `install -d -m 0755 ${target}`,
    `tar -xzf ${archive} -C ${target} --no-same-owner`,
    `ln -sfn ${target} ${folder}/current`,
    `rm ${archive}`,
  ]);
  const look = step('Look', [`echo "${digest}  ${folder}/current/${manifestFile}" | sha256sum --check -`]);
  return {
    name: 'Release',
    description: 'Unpacks the release',
    schemaVersion: 1.0,
    phases: [
      { name: 'build', steps: [download, unpack] },
      { name: 'validate', steps: [look] },
    ],
  };
};

/**
 * Components and recipes never change once they exist: other content needs another version, or the deploy fails.
 * So the version is made of the content. Its last part may be any number below 2^30.
 */
const toVersion = (content: object): string => {
  let sum = 0;
  for (const character of JSON.stringify(content)) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return `1.0.${sum >>> 2}`;
};

/**
 * Free until somebody starts it: then the machine for some minutes, and from then on the storage of each image, which is
 * deleted by nobody but you.
 */
export class ImagePipeline extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ImagePipelineProps) {
    super(scope, id);
    const { name } = props;
    const stack = Stack.of(this);
    const base = `amazon-linux-2023-${props.architecture === 'arm64' ? 'arm64' : 'x86'}`;

    const ofRelease = new ManagedPolicy(this, 'Rights', {
      description: 'What taking the release takes',
      statements: [
        new PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [props.archive.bucket.arnForObjects(props.archive.s3ObjectKey)],
        }),
      ],
    });
    this.role = new Role(this, 'Role', {
      description: `The machine that bakes images of ${name}`,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [...awsPolicies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)), ofRelease],
    });
    acknowledge(
      this.role,
      Object.fromEntries(awsPolicies.map((policy) => [toManagedPolicyRule(policy), ['solutions'] as const])),
      'the agents on the baking machine are AWS’s and new with each base image: AWS keeps what they may call up to date',
    );
    const component = new CfnComponent(this, 'Component', {
      name,
      platform: 'Linux',
      version: toVersion(toDocument(props.digest, 'archive')),
      data: stack.toJsonString(toDocument(props.digest, props.archive.s3ObjectUrl)),
    });
    const disk = {
      deviceName: '/dev/xvda',
      ebs: { volumeType: 'gp3', volumeSize: props.diskGiB ?? 8, encrypted: true, deleteOnTermination: true },
    };
    const recipe = new CfnImageRecipe(this, 'Recipe', {
      name,
      version: toVersion({ base, disk, document: toDocument(props.digest, 'archive') }),
      // `x.x.x`: the newest base image there is on the day of the bake. Clones get it with the next image, not before.
      parentImage: stack.formatArn({
        service: 'imagebuilder',
        account: 'aws',
        resource: 'image',
        resourceName: `${base}/x.x.x`,
      }),
      components: [{ componentArn: component.attrArn }],
      blockDeviceMappings: [disk],
    });
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Machine', {
      name,
      instanceProfileName: new InstanceProfile(this, 'Profile', { role: this.role }).instanceProfileName,
      instanceTypes: [props.instanceType],
      subnetId: props.subnet.subnetId,
      securityGroupIds: [props.securityGroup.securityGroupId],
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      terminateInstanceOnFailure: true,
    });
    const distribution = new CfnDistributionConfiguration(this, 'Distribution', {
      name,
      distributions: [
        {
          region: stack.region,
          // The library hands this object on as it is: its keys are CloudFormation's.
          amiDistributionConfiguration: {
            Name: `${name}-{{ imagebuilder:buildDate }}`,
            AmiTags: props.imageTags,
          },
        },
      ],
    });
    new CfnImagePipeline(this, 'Pipeline', {
      name,
      imageRecipeArn: recipe.attrArn,
      infrastructureConfigurationArn: infrastructure.attrArn,
      distributionConfigurationArn: distribution.attrArn,
      enhancedImageMetadataEnabled: true,
      status: 'ENABLED',
    });
  }
}
