// A network in three tiers: public for the load balancer, private for clones, isolated for data.
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { type IRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

/** A network whose subnets are told by what is in them, one of each kind in every zone: new or there before. */
export interface StageNetwork {
  readonly vpc: IVpc;
  /** Reachable from the internet: the load balancer and nothing else. */
  readonly publicSubnets: ISubnet[];
  /** Cannot be called from outside: clones, and functions and endpoints beside them. */
  readonly cloneSubnets: ISubnet[];
  /** No way in or out of the network, but to S3: caches and database. */
  readonly dataSubnets: ISubnet[];
}

export interface TieredVpcProps {
  /** IPv4 range, /16 or smaller, e.g. `10.0.0.0/16`. */
  readonly cidr: string;
  /** Full names of the availability zones, e.g. `eu-central-1a`: given, so that synthesis looks nothing up. */
  readonly availabilityZones: string[];
  /**
   * Prefix length of every subnet, e.g. 20; the load balancer wants 27 or less.
   * @default - the range cut into as many equal subnets as there are: a larger subnet cannot be had later
   */
  readonly subnetPrefix?: number;
  /**
   * Zones that may be added later: their addresses stay free, so that the subnets there are need not move, which AWS
   * refuses. Add a zone behind the others.
   * @default 0 - the zones there are have all addresses
   */
  readonly reservedZones?: number;
  /**
   * NAT gateways, 0 to the number of zones: the clones' way out to the internet. In eu-central-1 each costs about 38 USD
   * a month and 0.052 USD a GB. Fewer than zones: with the zone of a gateway others lose their way out too. Another number
   * replaces no subnet.
   * @default 0 - the clones reach S3 from here, the rest of AWS by `ApiEndpoints`, and nothing else
   */
  readonly natGateways?: number;
  /**
   * How long flow logs are kept.
   * @default RetentionDays.ONE_MONTH - long enough to look into an incident, short enough not to pile up
   * @see EC2.6
   */
  readonly flowLogRetention?: RetentionDays;
  /**
   * Key of the flow logs, which tell who talked to whom. Its policy must let CloudWatch Logs use it, as `StageKey`'s does.
   * @default - CloudWatch's own key
   */
  readonly encryptionKey?: IKey;
}

/** Names of the tiers, and part of their subnets' ids: another name is another subnet. */
const tiers = { public: 'Public', clones: 'Clones', data: 'Data' } as const;

/**
 * Free but for `natGateways`, and 0.63 USD for a GB of flow logs. The zones may differ in number from stage to stage, the tiers
 * never do.
 * @see EC2.2, EC2.6, EC2.15
 */
export class TieredVpc extends Construct implements StageNetwork {
  readonly vpc: Vpc;
  readonly publicSubnets: ISubnet[];
  readonly cloneSubnets: ISubnet[];
  readonly dataSubnets: ISubnet[];

  constructor(scope: Construct, id: string, props: TieredVpcProps) {
    super(scope, id);
    const natGateways = props.natGateways ?? 0;
    const cidrMask = props.subnetPrefix;
    const flowLogs = new LogGroup(this, 'FlowLogs', {
      retention: props.flowLogRetention ?? RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(props.cidr),
      availabilityZones: props.availabilityZones,
      reservedAzs: props.reservedZones,
      natGateways,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        { name: tiers.public, subnetType: SubnetType.PUBLIC, cidrMask, mapPublicIpOnLaunch: false },
        {
          name: tiers.clones,
          subnetType: natGateways > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
          cidrMask,
        },
        { name: tiers.data, subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask },
      ],
      // Free of charge, and the only way to S3 there is without a NAT gateway.
      gatewayEndpoints: {
        S3: {
          service: GatewayVpcEndpointAwsService.S3,
          subnets: [{ subnetGroupName: tiers.clones }, { subnetGroupName: tiers.data }],
        },
      },
      flowLogs: {
        All: { destination: FlowLogDestination.toCloudWatchLogs(flowLogs, this.#makeFlowLogWriter(flowLogs)) },
      },
    });
    acknowledge(
      this.vpc,
      { VPCNoUnrestrictedRouteToIGW: ['nist', 'pci', 'hipaa'] },
      'people anywhere are answered by this route; it is of the public subnets, where nothing is but load balancer and NAT',
    );
    // By name: without a NAT gateway the clones' subnets are of the same type as the data's.
    const ofTier = (name: string): ISubnet[] => this.vpc.selectSubnets({ subnetGroupName: name }).subnets;
    this.publicSubnets = ofTier(tiers.public);
    this.cloneSubnets = ofTier(tiers.clones);
    this.dataSubnets = ofTier(tiers.data);
  }

  /** CDK would give a role of its own the same rights as an inline policy, which no list of policies shows. */
  #makeFlowLogWriter(flowLogs: LogGroup): IRole {
    const role = new Role(this, 'FlowLogWriter', {
      description: 'Lets the network write its flow logs',
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com'),
      managedPolicies: [
        new ManagedPolicy(this, 'FlowLogRights', {
          description: 'What writing flow logs takes',
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
              resources: [flowLogs.logGroupArn],
            }),
          ],
        }),
      ],
    });
    return role.withoutPolicyUpdates();
  }
}
