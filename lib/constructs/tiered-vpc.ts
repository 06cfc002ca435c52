// A network in three tiers: public for the load balancer, private for clones, isolated for data.
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface TieredVpcProps {
  /** IPv4 range, e.g. `10.0.0.0/16`. */
  cidr: string;
  /** Full names of the availability zones, e.g. `eu-central-1a`: given, so that synthesis looks nothing up. */
  availabilityZones: string[];
  /** Prefix length of every subnet, e.g. 20. */
  subnetPrefix: number;
  /** NAT gateways, 1 to the number of zones. */
  natGateways: number;
  /**
   * How long flow logs are kept.
   * @default RetentionDays.ONE_MONTH - long enough to look into an incident, short enough not to pile up
   * @see EC2.6
   */
  flowLogRetention?: RetentionDays;
}

export class TieredVpc extends Construct {
  readonly vpc: Vpc;
  /** Reachable from the internet: the load balancer and nothing else. */
  readonly publicSubnets: ISubnet[];
  /** May call out, cannot be called: clones. */
  readonly cloneSubnets: ISubnet[];
  /** No way in or out of the network: caches and database. */
  readonly dataSubnets: ISubnet[];

  constructor(scope: Construct, id: string, props: TieredVpcProps) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(props.cidr),
      availabilityZones: props.availabilityZones,
      natGateways: props.natGateways,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        {
          name: 'Public',
          subnetType: SubnetType.PUBLIC,
          cidrMask: props.subnetPrefix,
          mapPublicIpOnLaunch: false,
        },
        { name: 'Clones', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: props.subnetPrefix },
        { name: 'Data', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: props.subnetPrefix },
      ],
      // Free of charge, and keeps clones' traffic to S3 off the NAT gateways.
      gatewayEndpoints: {
        S3: {
          service: GatewayVpcEndpointAwsService.S3,
          subnets: [{ subnetType: SubnetType.PRIVATE_WITH_EGRESS }],
        },
      },
      flowLogs: {
        All: {
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'FlowLogs', {
              retention: props.flowLogRetention ?? RetentionDays.ONE_MONTH,
              removalPolicy: RemovalPolicy.DESTROY,
            }),
          ),
        },
      },
    });
    this.publicSubnets = this.vpc.publicSubnets;
    this.cloneSubnets = this.vpc.privateSubnets;
    this.dataSubnets = this.vpc.isolatedSubnets;
  }
}
