// A network that is there already, told in three tiers: nothing is looked up, and nothing in it is changed.
import { Annotations } from 'aws-cdk-lib';
import { type ISubnet, type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { verifyProp } from './prop-rule';
import type { StageNetwork } from './tiered-vpc';

export interface ExistingNetworkProps {
  /** The VPC; DNS resolution and DNS host names must be on in it. */
  readonly vpcId: string;
  /** Full names of the availability zones to use, e.g. `eu-central-1a`. */
  readonly availabilityZones: string[];
  /** Of the load balancer: a subnet in each zone, in the order of the zones, with a route to the internet. */
  readonly publicSubnetIds: string[];
  /** Of the clones, likewise: with a way to AWS's API, and to S3. */
  readonly cloneSubnetIds: string[];
  /** Of caches and database, likewise; they need no way to anywhere. */
  readonly dataSubnetIds: string[];
}

/** Makes no resource and costs nothing. @throws Error unless every tier has a subnet in every zone */
export class ExistingNetwork extends Construct implements StageNetwork {
  readonly vpc: IVpc;
  readonly publicSubnets: ISubnet[];
  readonly cloneSubnets: ISubnet[];
  readonly dataSubnets: ISubnet[];

  constructor(scope: Construct, id: string, props: ExistingNetworkProps) {
    super(scope, id);
    const { vpcId, availabilityZones, publicSubnetIds, cloneSubnetIds, dataSubnetIds } = props;
    for (const [path, ids] of Object.entries({ publicSubnetIds, cloneSubnetIds, dataSubnetIds })) {
      verifyProp(this, {
        prop: path,
        holds: ids.length === availabilityZones.length,
        rule: `must be ${availabilityZones.length} subnets, one in each of availabilityZones`,
        got: ids,
        remedy: 'name one subnet of the tier in each zone',
      });
    }
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones,
      publicSubnetIds,
      privateSubnetIds: cloneSubnetIds,
      isolatedSubnetIds: dataSubnetIds,
    });
    // They would be needed to add routes and gateway endpoints, which are the owner's business.
    Annotations.of(this).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'The route tables of an existing network stay as they are',
    );
    this.publicSubnets = this.vpc.publicSubnets;
    this.cloneSubnets = this.vpc.privateSubnets;
    this.dataSubnets = this.vpc.isolatedSubnets;
  }
}
