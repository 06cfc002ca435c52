// Which machines a group takes, and how it pays for them.
import {
  type MixedInstancesPolicy,
  OnDemandAllocationStrategy,
  SpotAllocationStrategy,
} from 'aws-cdk-lib/aws-autoscaling';
import { InstanceType, type LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { verifyProp, verifyRange } from './prop-rule';

export interface CloneMix {
  readonly launchTemplate: LaunchTemplate;
  /**
   * EC2 instance types, 1 to 40, of one architecture and one size, the preferred one first. More than one keeps a fleet
   * growing when a zone has run out of the first.
   */
  readonly instanceTypes: readonly string[];
  /**
   * How much of the group may be Spot: a third of the price, gone with two minutes' notice. `onDemandBase` clones are on
   * demand in any case; `sharePercent` of the others are Spot.
   * @default - all on demand
   */
  readonly spot?: { readonly onDemandBase: number; readonly sharePercent: number };
}

/** Of this shape also for one type on demand, so that another type or Spot later adds to it and changes nothing else. */
export const toMixedInstances = (scope: Construct, mix: CloneMix): MixedInstancesPolicy => {
  verifyMix(scope, mix);
  const { launchTemplate, instanceTypes, spot } = mix;
  return {
    // CDK takes its latest version by number, so that a new one changes the group.
    launchTemplate,
    launchTemplateOverrides: instanceTypes.map((type) => ({ instanceType: new InstanceType(type) })),
    instancesDistribution: {
      onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
      onDemandBaseCapacity: spot?.onDemandBase ?? 0,
      onDemandPercentageAboveBaseCapacity: 100 - (spot?.sharePercent ?? 0),
      spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    },
  };
};

const verifyMix = (scope: Construct, { instanceTypes, spot }: CloneMix): void => {
  const { length } = instanceTypes;
  verifyProp(scope, {
    prop: 'instanceTypes',
    holds:
      length >= 1 &&
      length <= 40 &&
      new Set(instanceTypes).size === length &&
      instanceTypes.every((type) => /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type)),
    rule: 'must be 1 to 40 different instance types',
    got: instanceTypes,
    remedy: "name each type once, like 'm7g.large'",
  });
  const architectures = [...new Set(instanceTypes.map((type) => new InstanceType(type).architecture))];
  verifyProp(scope, {
    prop: 'instanceTypes',
    holds: architectures.length === 1,
    rule: 'must be of one architecture: the image boots on no other',
    got: instanceTypes,
    remedy: `keep those of ${architectures[0]}`,
  });
  if (spot === undefined) return;
  verifyRange(scope, {
    prop: 'spot.onDemandBase',
    got: spot.onDemandBase,
    from: 0,
    to: Number.POSITIVE_INFINITY,
    remedy: 'keep as many on demand as must never go at once',
  });
  verifyRange(scope, {
    prop: 'spot.sharePercent',
    got: spot.sharePercent,
    from: 1,
    to: 100,
    remedy: 'use 50, or leave spot out',
  });
};
