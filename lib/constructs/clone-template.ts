// What a clone is: image, size, disk, identity and environment. A new one of these is what makes a group roll.
import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  type ISecurityGroup,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { toUserData } from './clone-env';

export interface CloneTemplateProps {
  /** The image, as a literal id: `ami-` and 17 hexadecimal digits. */
  amiId: string;
  /** Region of the stack: an id means nothing in another. */
  region: string;
  instanceType: string;
  securityGroup: ISecurityGroup;
  /** Name of the group the clones will be in: a clone may complete lifecycle actions of that group only. */
  groupName: string;
  /** ARNs of the secrets a clone may read, and no others. */
  secretArns: string[];
  /** Environment of the app. References are fine, secrets are not. */
  environment: Record<string, string>;
  /**
   * Size of the root disk, in GiB.
   * @default 8 - system, release and logs; nothing of people's is ever kept here
   */
  diskGiB?: number;
}

export class CloneTemplate extends Construct {
  readonly launchTemplate: LaunchTemplate;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: CloneTemplateProps) {
    super(scope, id);
    const groupArn = Stack.of(this).formatArn({
      service: 'autoscaling',
      resource: 'autoScalingGroup',
      resourceName: `*:autoScalingGroupName/${props.groupName}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    // Inline, so that no clone starts before its rights exist.
    this.role = new Role(this, 'Role', {
      description: `Clones of ${props.groupName}`,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
      inlinePolicies: {
        Clone: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: props.secretArns }),
            new PolicyStatement({ actions: ['autoscaling:CompleteLifecycleAction'], resources: [groupArn] }),
          ],
        }),
      },
    });
    this.launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: MachineImage.genericLinux({ [props.region]: props.amiId }),
      instanceType: new InstanceType(props.instanceType),
      securityGroup: props.securityGroup,
      role: this.role,
      userData: toUserData(this, { AWS_REGION: Aws.REGION, ...props.environment }),
      associatePublicIpAddress: false,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: true,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(props.diskGiB ?? 8, {
            encrypted: true,
            volumeType: EbsDeviceVolumeType.GP3,
            deleteOnTermination: true,
          }),
        },
      ],
    });
  }
}
