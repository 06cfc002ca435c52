// The one address people know: load balancer, listener, target group, health check.
import type { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  ListenerAction,
  ListenerCertificate,
  Protocol,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';

export interface PublicLoadBalancerProps {
  vpc: IVpc;
  subnets: ISubnet[];
  securityGroup: ISecurityGroup;
  /** ARN of the certificate to serve https with; undefined serves plain http, which the config must have reasoned. */
  certificateArn: string | undefined;
  /** TCP port of a clone. */
  clonePort: number;
  /** How a clone is asked whether it is well. */
  healthCheck: {
    path: string;
    interval: Duration;
    /** Shorter than the interval. */
    timeout: Duration;
    healthyThreshold: number;
    unhealthyThreshold: number;
  };
  /** How long a leaving clone may finish what it serves. */
  deregistrationDelay: Duration;
  /** How long an idle connection is kept. */
  idleTimeout: Duration;
  /**
   * How a clone is picked. `weighted_random` also gives less to a clone whose answers fail more often than others'.
   * @default 'round_robin' - every clone is the same, so each gets the same
   */
  algorithm?: 'round_robin' | 'weighted_random';
  /**
   * Whether AWS refuses to delete the load balancer, and with it the name people know.
   * @default true
   * @see ELB.6
   */
  deletionProtection?: boolean;
}

export class PublicLoadBalancer extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  /** Where people point their browser or their domain name. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: PublicLoadBalancerProps) {
    super(scope, id);
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      internetFacing: true,
      securityGroup: props.securityGroup,
      idleTimeout: props.idleTimeout,
      deletionProtection: props.deletionProtection ?? true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: DesyncMitigationMode.DEFENSIVE,
    });
    const isWeighted = props.algorithm === 'weighted_random';
    // No stickiness: any clone answers any request, or it is not a clone.
    this.targetGroup = new ApplicationTargetGroup(this, 'Clones', {
      vpc: props.vpc,
      targetType: TargetType.INSTANCE,
      protocol: ApplicationProtocol.HTTP,
      port: props.clonePort,
      deregistrationDelay: props.deregistrationDelay,
      loadBalancingAlgorithmType: isWeighted
        ? TargetGroupLoadBalancingAlgorithmType.WEIGHTED_RANDOM
        : TargetGroupLoadBalancingAlgorithmType.ROUND_ROBIN,
      enableAnomalyMitigation: isWeighted ? true : undefined,
      healthCheck: {
        protocol: Protocol.HTTP,
        path: props.healthCheck.path,
        healthyHttpCodes: '200',
        interval: props.healthCheck.interval,
        timeout: props.healthCheck.timeout,
        healthyThresholdCount: props.healthCheck.healthyThreshold,
        unhealthyThresholdCount: props.healthCheck.unhealthyThreshold,
      },
    });
    const clones = ListenerAction.forward([this.targetGroup]);
    // `open: false`: who may come in is the security group's to say.
    if (props.certificateArn === undefined) {
      this.loadBalancer.addListener('Http', { port: 80, open: false, defaultAction: clones });
    } else {
      this.loadBalancer.addListener('Https', {
        port: 443,
        open: false,
        certificates: [ListenerCertificate.fromArn(props.certificateArn)],
        defaultAction: clones,
      });
      this.loadBalancer.addListener('Http', {
        port: 80,
        open: false,
        defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
      });
    }
    this.url = `${props.certificateArn === undefined ? 'http' : 'https'}://${this.loadBalancer.loadBalancerDnsName}`;
  }
}
