// AWS's own API inside the network: what clones call, without a way out to the internet.
import { Aws } from 'aws-cdk-lib';
import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface ApiEndpointsProps {
  readonly vpc: IVpc;
  /**
   * Where the endpoints are, at most one subnet a zone; other zones reach them too. In eu-central-1 each of the five costs
   * about 9 USD a month in each subnet, and 0.01 USD a GB. In one zone only: with that zone the API is lost to all clones,
   * and with it the start of new ones.
   */
  readonly subnets: ISubnet[];
  /**
   * Whether images are baked here too: two endpoints more at the same price, in the first subnet only. A bake can wait for
   * its zone; a clone cannot.
   * @default false - not needed where the machine that bakes has a NAT gateway
   */
  readonly forImageBuilder?: boolean;
}

/** Secrets and parameters are read, sessions of operators opened, log lines sent, lifecycle hooks answered. */
const ofClones = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  SsmMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  AutoScaling: InterfaceVpcEndpointAwsService.AUTOSCALING,
};

/** `Ec2Messages` for the agent in base images: only since 3.3.40.0 does it do without. */
const ofImageBuilder = {
  ImageBuilder: InterfaceVpcEndpointAwsService.IMAGE_BUILDER,
  Ec2Messages: InterfaceVpcEndpointAwsService.EC2_MESSAGES,
};

/**
 * Whoever reaches the endpoints calls AWS under its usual names. S3 is not among them: its gateway endpoint is free.
 * @see EC2.10
 */
export class ApiEndpoints extends Construct {
  /** Lets nobody in by itself: `Firewall` does. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: ApiEndpointsProps) {
    super(scope, id);
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Endpoints of the API of AWS: reached by what calls it',
      allowAllOutbound: false,
    });
    const groups = [
      { services: ofClones, subnets: props.subnets },
      { services: props.forImageBuilder ? ofImageBuilder : {}, subnets: props.subnets.slice(0, 1) },
    ];
    const all = groups.flatMap(({ services, subnets }) =>
      Object.entries(services).map(([name, service]) => ({ name, service, subnets })),
    );
    for (const { name, service, subnets } of all) {
      const endpoint = new InterfaceVpcEndpoint(this, name, {
        vpc: props.vpc,
        service,
        subnets: { subnets },
        securityGroups: [this.securityGroup],
        privateDnsEnabled: true,
        open: false,
      });
      // Somebody else's credentials are of no use here: what is stolen cannot be carried out through AWS's own API. Not
      // limited to the account's resources: documents and components of AWS belong to AWS.
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
