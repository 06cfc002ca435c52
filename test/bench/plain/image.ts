// The image pipeline of `dev`, written plainly: EC2 Image Builder's resources, with the release as an asset.
import { basename } from 'node:path';
import { AssetHashType, CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { InstanceProfile, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnComponent,
  CfnDistributionConfiguration,
  CfnImage,
  CfnImagePipeline,
  CfnImageRecipe,
  CfnInfrastructureConfiguration,
  CfnLifecyclePolicy,
} from 'aws-cdk-lib/aws-imagebuilder';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { NetworkStack } from './network';

export interface ImageStackProps extends StackProps {
  readonly network: NetworkStack;
  readonly release: string;
}

const name = 'clonekit-dev-image';
export const version = '1.0.1';

export class ImageStack extends Stack {
  readonly imageId: string;

  constructor(scope: Construct, id: string, { network, release, ...props }: ImageStackProps) {
    super(scope, id, props);
    const digest = basename(release, '.tar.gz');
    const archive = new Asset(this, 'Release', {
      path: release,
      assetHash: digest,
      assetHashType: AssetHashType.CUSTOM,
    });
    const log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/imagebuilder/${name}`,
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: network.key,
      removalPolicy: RemovalPolicy.DESTROY,
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
      parentImage: 'ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
      components: [{ componentArn: component.attrArn }],
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeType: 'gp3', volumeSize: 8, encrypted: true, deleteOnTermination: true },
        },
      ],
    });
    const role = this.makeRole(archive, log);
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Machine', {
      name,
      instanceProfileName: new InstanceProfile(this, 'Profile', { role }).instanceProfileName,
      instanceTypes: ['t4g.small'],
      subnetId: network.subnetsOf('Clones')[0]?.subnetId,
      securityGroupIds: [network.groups.imageBuilder.securityGroupId],
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      terminateInstanceOnFailure: true,
    });
    const tags = {
      'clonekit:stage': 'dev',
      'clonekit:release': digest,
      'clonekit:pipeline': name,
      'clonekit:recipe': version,
    };
    const distribution = new CfnDistributionConfiguration(this, 'Distribution', {
      name,
      distributions: [
        {
          region: this.region,
          amiDistributionConfiguration: { Name: `${name}-{{ imagebuilder:buildDate }}`, AmiTags: tags },
        },
      ],
    });
    const making = {
      imageRecipeArn: recipe.attrArn,
      infrastructureConfigurationArn: infrastructure.attrArn,
      distributionConfigurationArn: distribution.attrArn,
      enhancedImageMetadataEnabled: true,
      imageTestsConfiguration: { imageTestsEnabled: true },
      imageScanningConfiguration: {
        imageScanningEnabled: true,
        imageScanningTypes: ['ON_DEMAND_AMI_CVE'],
        scanResultCondition: { maximumSeverityLabel: 'HIGH', fixAvailable: true },
      },
    };
    const pipeline = new CfnImagePipeline(this, 'Pipeline', { name, ...making, imageTags: tags, status: 'ENABLED' });
    const image = new CfnImage(this, 'Image', { ...making, tags });
    image.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    image.node.addDependency(log);
    for (const one of [pipeline, image])
      Validations.of(one).acknowledge({ id: 'CloudFormation-Validate::F3002', reason: 'newer than the validator' });
    this.makeLifecycle();
    this.imageId = image.attrImageId;
    new CfnOutput(this, 'PipelineArn', { value: pipeline.attrArn });
    new CfnOutput(this, 'BakedRelease', { value: digest });
    new CfnOutput(this, 'BaseImage', { value: recipe.parentImage });
  }

  private makeRole(archive: Asset, log: LogGroup): Role {
    const rights = new ManagedPolicy(this, 'Rights', {
      description: 'What baking and testing an image takes',
      statements: [
        new PolicyStatement({
          sid: 'Release',
          actions: ['s3:GetObject'],
          resources: [archive.bucket.arnForObjects(archive.s3ObjectKey)],
        }),
        new PolicyStatement({
          sid: 'Component',
          actions: ['imagebuilder:GetComponent'],
          resources: [this.formatArn({ service: 'imagebuilder', resource: 'component', resourceName: `${name}/*` })],
        }),
        new PolicyStatement({
          sid: 'Tools',
          actions: ['s3:GetObject'],
          resources: [`arn:${this.partition}:s3:::ec2imagebuilder*`],
        }),
        new PolicyStatement({
          sid: 'Log',
          actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [log.logGroupArn],
        }),
        new PolicyStatement({ sid: 'Agent', actions: agentActions, resources: ['*'] }),
      ],
    });
    return new Role(this, 'Role', {
      description: `The machine that bakes images of ${name}`,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [rights],
    });
  }

  private makeLifecycle(): void {
    const role = new Role(this, 'LifecycleRole', {
      description: `Removes old images of ${name}`,
      assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/EC2ImageBuilderLifecycleExecutionPolicy')],
    });
    new CfnLifecyclePolicy(this, 'Lifecycle', {
      name,
      description: 'Keeps the 3 newest, and what was started within 60 days',
      executionRole: role.roleArn,
      resourceType: 'AMI_IMAGE',
      resourceSelection: { tagMap: { 'clonekit:pipeline': name } },
      policyDetails: [
        {
          action: { type: 'DELETE', includeResources: { amis: true, snapshots: true } },
          filter: { type: 'COUNT', value: 3 },
          exclusionRules: { amis: { lastLaunched: { unit: 'DAYS', value: 60 } } },
        },
      ],
      status: 'ENABLED',
    });
  }
}

const agentActions = [
  'ssm:DescribeAssociation',
  'ssm:DescribeDocument',
  'ssm:GetDocument',
  'ssm:GetManifest',
  'ssm:ListAssociations',
  'ssm:ListInstanceAssociations',
  'ssm:PutComplianceItems',
  'ssm:PutInventory',
  'ssm:UpdateAssociationStatus',
  'ssm:UpdateInstanceAssociationStatus',
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
  'ec2messages:AcknowledgeMessage',
  'ec2messages:DeleteMessage',
  'ec2messages:FailMessage',
  'ec2messages:GetEndpoint',
  'ec2messages:GetMessages',
  'ec2messages:SendReply',
];

const toDocument = (digest: string, source: string): object => {
  const archive = `/var/tmp/${digest}.tar.gz`;
  const step = (stepName: string, timeoutSeconds: number, commands: string[]): object => ({
    name: stepName,
    action: 'ExecuteBash',
    timeoutSeconds,
    inputs: { commands: ['set -eu', ...commands] },
  });
  return {
    name: 'Release',
    description: 'Bakes the release',
    schemaVersion: 1.0,
    phases: [
      {
        name: 'build',
        steps: [
          {
            name: 'Download',
            action: 'S3Download',
            timeoutSeconds: 300,
            inputs: [{ source, destination: archive }],
          },
          step('Bake', 900, [
            'cd "$(mktemp -d)"',
            `tar -xzf ${archive} SHA256SUMS clone/bake.sh`,
            `echo "${digest}  SHA256SUMS" | sha256sum --check --strict --quiet`,
            'grep "  clone/bake.sh$" SHA256SUMS | sha256sum --check --strict --quiet',
            `sh clone/bake.sh ${archive} ${digest}`,
            `rm -f ${archive}`,
          ]),
        ],
      },
      { name: 'test', steps: [step('Verify', 300, [`sh /opt/clonekit/clone/verify.sh ${digest}`])] },
    ],
  };
};
