// What a clone is: image, size, disk, identity and environment. A new one of these is what makes a group roll.
import { ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  type ISecurityGroup,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  OperatingSystemType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { cloneEnv } from '../config/names';
import { acknowledge, toResourceRule } from './acknowledge';
import { isBakedOnDeploy } from './baked-image';
import { toUserData } from './clone-env';
import { toCloneRights } from './clone-rights';
import { verifyProp, verifyRange } from './prop-rule';

export interface CloneTemplateProps {
  /**
   * The image: a literal id, `ami-` and 17 hexadecimal digits, or what `ImagePipeline.bakeOnDeploy` gives. Another reference
   * would let clones that are launched later differ from those there are.
   */
  readonly amiId: string;
  /** EC2 instance type; a group may put others of the same architecture in its place. */
  readonly instanceType: string;
  readonly securityGroup: ISecurityGroup;
  /** Name of the group the clones will be in: a clone may report on its lifecycle to that group only. */
  readonly groupName: string;
  /**
   * ARNs of the secrets a clone may read, and no others.
   * @default - none
   */
  readonly secretArns?: readonly string[];
  /**
   * The key those secrets are encrypted with. A clone may decrypt with it through Secrets Manager only.
   * @default - none: secrets encrypted by AWS's own key need no right to it
   */
  readonly encryptionKey?: IKey;
  /**
   * Environment of the app. References are fine, secrets are not.
   * @default - nothing but AWS_REGION and the log group's name
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Where clones write their journal, each to a stream named by its instance id. What sends it comes with the image; it is
   * told the group, and given the right to write to it and to no other, here.
   * @default - a group of its own, kept for a month, gone with the fleet
   */
  readonly logGroup?: ILogGroup;
  /**
   * Key of the log made here; its policy must let CloudWatch Logs use it.
   * @default - encrypted by a key that CloudWatch Logs owns
   */
  readonly logKey?: IKey;
  /**
   * What else a clone may do, e.g. with a bucket. Given here it holds before the first clone starts; added to the role
   * later it may not.
   * @default - nothing
   */
  readonly rights?: readonly PolicyStatement[];
  /**
   * Size of the root disk, 1 to 16384 GiB; at least that of the image.
   * @default 8 - system, release and logs; nothing of people's is ever kept here
   */
  readonly diskGiB?: number;
}

/** Nobody logs in with a key: people come by Session Manager, which is what `Sessions` is for. */
export class CloneTemplate extends Construct {
  readonly launchTemplate: LaunchTemplate;
  readonly role: Role;
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: CloneTemplateProps) {
    super(scope, id);
    const { amiId } = props;
    const diskGiB = props.diskGiB ?? 8;
    verifyProp(this, {
      prop: 'amiId',
      holds: /^ami-[0-9a-f]{17}$/.test(amiId) || isBakedOnDeploy(amiId),
      rule: 'must be a literal, ami- and 17 hexadecimal digits, or an image that is baked with the deploy',
      got: amiId,
      remedy: 'paste the id of the baked image, or pass ImagePipeline.bakeOnDeploy()',
    });
    verifyRange(this, {
      prop: 'diskGiB',
      got: diskGiB,
      from: 1,
      to: 16384,
      remedy: 'use the size of the image, or somewhat more',
    });
    verifyProp(this, {
      prop: 'environment',
      holds: !Object.hasOwn(props.environment ?? {}, cloneEnv.logGroup),
      rule: 'must not say where the log goes',
      got: cloneEnv.logGroup,
      remedy: 'leave it out and set logGroup',
    });
    this.logGroup =
      props.logGroup ??
      new LogGroup(this, 'Log', {
        retention: RetentionDays.ONE_MONTH,
        encryptionKey: props.logKey,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    // The role names its rights, and not they the role: no clone starts before they exist.
    this.role = new Role(this, 'Role', {
      description: `Clones of ${props.groupName}`,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [this.#makeRights(props)],
    });
    this.launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: {
        getImage: () => ({ imageId: amiId, osType: OperatingSystemType.LINUX, userData: UserData.forLinux() }),
      },
      instanceType: new InstanceType(props.instanceType),
      securityGroup: props.securityGroup,
      role: this.role,
      userData: toUserData(this, {
        AWS_REGION: Aws.REGION,
        [cloneEnv.logGroup]: this.logGroup.logGroupName,
        ...props.environment,
      }),
      associatePublicIpAddress: false,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: true,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(diskGiB, {
            encrypted: true,
            volumeType: EbsDeviceVolumeType.GP3,
            deleteOnTermination: true,
          }),
        },
      ],
    });
  }

  #makeRights(props: CloneTemplateProps): ManagedPolicy {
    const groupArn = Stack.of(this).formatArn({
      service: 'autoscaling',
      resource: 'autoScalingGroup',
      resourceName: `*:autoScalingGroupName/${props.groupName}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const rights = new ManagedPolicy(this, 'Rights', {
      description: `What clones of ${props.groupName} may do`,
      statements: toCloneRights({
        ...props,
        region: Stack.of(this).region,
        groupArn,
        logGroupArn: this.logGroup.logGroupArn,
      }),
    });
    acknowledge(
      rights,
      { 'IAM5[Resource::*]': ['solutions'] },
      'the calls by which Session Manager reaches a clone know no resources, or one whose id is not known before it starts',
    );
    acknowledge(
      rights,
      { [toResourceRule(this, groupArn)]: ['solutions'] },
      'the star is an id that AWS makes up with the group, after the rights of its clones; the group is named behind it',
    );
    return rights;
  }
}
