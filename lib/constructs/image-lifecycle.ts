// Which images go: those that are neither among the newest nor were started lately.
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnLifecyclePolicy } from 'aws-cdk-lib/aws-imagebuilder';
import { Construct } from 'constructs';
import { tags } from '../config/names';
import { acknowledge, toManagedPolicyRule } from './acknowledge';
import { verifyRange } from './prop-rule';

export interface ImageLifecycleProps {
  /** Name of the pipeline, in the tag of each of its images. */
  readonly pipeline: string;
  /** Newest images that are kept, 1 to 1000. */
  readonly keep: number;
  /** Days since a machine was last started from an image within which it is kept in any case, 1 to 365. */
  readonly keepUsedDays: number;
}

/** What AWS wrote for this, limited by it to what Image Builder has made. */
const awsPolicy = 'service-role/EC2ImageBuilderLifecycleExecutionPolicy';

/** Free. Once a day: the image, its AMI, and the snapshots below. */
export class ImageLifecycle extends Construct {
  constructor(scope: Construct, id: string, { pipeline, keep, keepUsedDays }: ImageLifecycleProps) {
    super(scope, id);
    verifyRange(this, { prop: 'keep', got: keep, from: 1, to: 1000, remedy: 'keep one to go back to' });
    verifyRange(this, {
      prop: 'keepUsedDays',
      got: keepUsedDays,
      from: 1,
      to: 365,
      remedy: 'use more than the most days a clone lives',
    });
    const role = new Role(this, 'Role', {
      description: `Removes old images of ${pipeline}`,
      assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(awsPolicy)],
    });
    acknowledge(
      role,
      { [toManagedPolicyRule(awsPolicy)]: ['solutions'] },
      'the policy of AWS touches only what is tagged as made by Image Builder, and keeps up with what its removal calls',
    );
    new CfnLifecyclePolicy(this, 'Policy', {
      name: pipeline,
      description: `Keeps the ${keep} newest, and what was started within ${keepUsedDays} days`,
      executionRole: role.roleArn,
      resourceType: 'AMI_IMAGE',
      resourceSelection: { tagMap: { [tags.pipeline]: pipeline } },
      policyDetails: [
        {
          action: { type: 'DELETE', includeResources: { amis: true, snapshots: true } },
          filter: { type: 'COUNT', value: keep },
          // A group that is of an old image must be able to launch from it: the newest are others while a roll is undone.
          exclusionRules: { amis: { lastLaunched: { unit: 'DAYS', value: keepUsedDays } } },
        },
      ],
      status: 'ENABLED',
    });
  }
}
