// The image pipeline of `dev`, written plainly: EC2 Image Builder's resources, with the release as an asset.
import { basename } from 'node:path';
import { AssetHashType, Stack, type StackProps } from 'aws-cdk-lib';
import { InstanceProfile, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnComponent,
  CfnDistributionConfiguration,
  CfnImagePipeline,
  CfnImageRecipe,
  CfnInfrastructureConfiguration,
} from 'aws-cdk-lib/aws-imagebuilder';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { NetworkStack } from './network';

export interface ImageStackProps extends StackProps {
  readonly network: NetworkStack;
  readonly release: string;
}

const name = 'clonekit-dev-image';
const version = '1.0.1';

export class ImageStack extends Stack {
  constructor(scope: Construct, id: string, { network, release, ...props }: ImageStackProps) {
    super(scope, id, props);
    const digest = basename(release, '.tar.gz');
    const archive = new Asset(this, 'Release', {
      path: release,
      assetHash: digest,
      assetHashType: AssetHashType.CUSTOM,
    });
    const rights = new ManagedPolicy(this, 'Rights', {
      description: 'What taking the release takes',
      statements: [
        new PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [archive.bucket.arnForObjects(archive.s3ObjectKey)],
        }),
      ],
    });
    const role = new Role(this, 'Role', {
      description: `The machine that bakes images of ${name}`,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'),
        ManagedPolicy.fromAwsManagedPolicyName('EC2InstanceProfileForImageBuilder'),
        rights,
      ],
    });
    const component = new CfnComponent(this, 'Component', {
      name,
      platform: 'Linux',
      version,
      data: this.toJsonString(toDocument(digest, archive.s3ObjectUrl)),
    });
    const recipe = new CfnImageRecipe(this, 'Recipe', {
      name,
      version,
      parentImage: `arn:${this.partition}:imagebuilder:${this.region}:aws:image/amazon-linux-2023-arm64/x.x.x`,
      components: [{ componentArn: component.attrArn }],
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeType: 'gp3', volumeSize: 8, encrypted: true, deleteOnTermination: true },
        },
      ],
    });
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Machine', {
      name,
      instanceProfileName: new InstanceProfile(this, 'Profile', { role }).instanceProfileName,
      instanceTypes: ['t4g.small'],
      subnetId: network.subnetsOf('Clones')[0]?.subnetId,
      securityGroupIds: [network.groups.imageBuilder.securityGroupId],
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      terminateInstanceOnFailure: true,
    });
    const distribution = new CfnDistributionConfiguration(this, 'Distribution', {
      name,
      distributions: [
        {
          region: this.region,
          amiDistributionConfiguration: {
            Name: `${name}-{{ imagebuilder:buildDate }}`,
            AmiTags: { 'clonekit:stage': 'dev', 'clonekit:release': digest },
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

const toDocument = (digest: string, source: string): object => {
  const archive = `/tmp/${digest}.tar.gz`;
  const target = `/opt/clonekit/releases/${digest}`;
  const step = (stepName: string, commands: string[]): object => ({
    name: stepName,
    action: 'ExecuteBash',
    inputs: { commands: ['set -eu', ...commands] },
  });
  return {
    name: 'Release',
    description: 'Unpacks the release',
    schemaVersion: 1.0,
    phases: [
      {
        name: 'build',
        steps: [
          { name: 'Download', action: 'S3Download', inputs: [{ source, destination: archive }] },
          step('Unpack', [
            `install -d -m 0755 ${target}`,
            `tar -xzf ${archive} -C ${target} --no-same-owner`,
            `ln -sfn ${target} /opt/clonekit/current`,
            `rm ${archive}`,
          ]),
        ],
      },
      {
        name: 'validate',
        steps: [step('Look', [`echo "${digest}  /opt/clonekit/current/manifest.json" | sha256sum --check -`])],
      },
    ],
  };
};
