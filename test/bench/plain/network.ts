// The network of `dev`, written plainly: VPC, endpoints, security groups, key, bucket of logs.
import {
  Aws,
  CfnResource,
  CrossStackReferences,
  Duration,
  ReferenceStrength,
  RemovalPolicy,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { makeKey } from './key';

const services = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  SsmMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  AutoScaling: InterfaceVpcEndpointAwsService.AUTOSCALING,
  ImageBuilder: InterfaceVpcEndpointAwsService.IMAGE_BUILDER,
  Ec2Messages: InterfaceVpcEndpointAwsService.EC2_MESSAGES,
};

export class NetworkStack extends Stack {
  readonly key: Key;
  readonly logs: Bucket;
  readonly accessLogs: Bucket;
  readonly vpc: Vpc;
  readonly groups: Record<
    'loadBalancer' | 'clones' | 'caches' | 'database' | 'imageBuilder' | 'rotation' | 'endpoints',
    SecurityGroup
  >;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.key = makeKey(this);
    this.accessLogs = this.makeLogBucket('AccessLogs');
    this.logs = this.makeLogBucket('Logs');
    this.logServerAccess(this.logs, 'logs/');
    this.vpc = this.makeVpc();
    const group = (name: string, description: string): SecurityGroup =>
      new SecurityGroup(this, name, { vpc: this.vpc, description, allowAllOutbound: false });
    this.groups = {
      loadBalancer: group('LoadBalancer', 'The load balancer: open to the world'),
      clones: group('Clones', 'Clones: reached by the load balancer only'),
      caches: group('Caches', 'Sessions and objects: reached by clones only'),
      database: group('Database', 'Primary and replicas: reached by clones and rotation only'),
      imageBuilder: group('ImageBuilder', 'The machine that bakes an image: reached by nobody'),
      rotation: group('Rotation', 'The function that replaces passwords: reached by nobody'),
      endpoints: group('Endpoints', 'Endpoints of the API of AWS: reached by what calls it'),
    };
    this.openPorts();
    this.makeEndpoints();
    for (const child of this.node.findAll().filter((node) => CfnResource.isCfnResource(node))) {
      CrossStackReferences.of(child).produce(ReferenceStrength.STRONG);
    }
  }

  subnetsOf(subnetGroupName: 'Public' | 'Clones' | 'Data'): ISubnet[] {
    return this.vpc.selectSubnets({ subnetGroupName }).subnets;
  }

  logServerAccess(bucket: Bucket, logFilePrefix: string): void {
    this.accessLogs.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [this.accessLogs.arnForObjects(`${logFilePrefix}*`)],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const resource = bucket.node.defaultChild as CfnBucket;
    resource.loggingConfiguration = { destinationBucketName: this.accessLogs.bucketName, logFilePrefix };
  }

  private makeLogBucket(id: string): Bucket {
    return new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(90),
          noncurrentVersionExpiration: Duration.days(7),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private makeVpc(): Vpc {
    const flowLogs = new LogGroup(this, 'FlowLogs', {
      retention: RetentionDays.ONE_MONTH,
      encryptionKey: this.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const flowLogWriter = new Role(this, 'FlowLogWriter', {
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
    return new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.10.0.0/16'),
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      natGateways: 0,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 19, mapPublicIpOnLaunch: false },
        { name: 'Clones', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 19 },
        { name: 'Data', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 19 },
      ],
      gatewayEndpoints: {
        S3: {
          service: GatewayVpcEndpointAwsService.S3,
          subnets: [{ subnetGroupName: 'Clones' }, { subnetGroupName: 'Data' }],
        },
      },
      flowLogs: {
        All: {
          destination: FlowLogDestination.toCloudWatchLogs(flowLogs, flowLogWriter.withoutPolicyUpdates()),
        },
      },
    });
  }

  private openPorts(): void {
    const { loadBalancer, clones, caches, database, imageBuilder, rotation, endpoints } = this.groups;
    const allow = (from: SecurityGroup, to: SecurityGroup, port: number, what: string): void => {
      from.addEgressRule(to, Port.tcp(port), what);
      to.addIngressRule(from, Port.tcp(port), what);
    };
    loadBalancer.addIngressRule(Peer.anyIpv4(), Port.tcp(80), 'People');
    allow(loadBalancer, clones, 8080, 'Requests and health checks');
    allow(clones, caches, 6380, 'Sessions and objects');
    allow(clones, database, 3307, 'Queries');
    allow(rotation, database, 3307, 'New passwords');
    for (const caller of [clones, imageBuilder, rotation]) {
      allow(caller, endpoints, 443, 'The API of AWS');
      caller.addEgressRule(Peer.prefixList('pl-6ea54007'), Port.tcp(443), 'S3');
    }
  }

  private makeEndpoints(): void {
    for (const [name, service] of Object.entries(services)) {
      const endpoint = new InterfaceVpcEndpoint(this, `${name}Endpoint`, {
        vpc: this.vpc,
        service,
        subnets: { subnets: this.subnetsOf('Clones').slice(0, 1) },
        securityGroups: [this.groups.endpoints],
        privateDnsEnabled: true,
        open: false,
      });
      endpoint.addToPolicy(
        new PolicyStatement({
          sid: 'OwnAccount',
          principals: [new AnyPrincipal()],
          actions: ['*'],
          resources: ['*'],
          conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
        }),
      );
    }
  }
}
