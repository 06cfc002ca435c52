// The one address people know: load balancer, listener, target group, health check.
import { Duration, Stack, Token } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationProtocolVersion,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  ListenerAction,
  ListenerCertificate,
  Protocol,
  SslPolicy,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
  XffHeaderProcessingMode,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { clonePaths } from '../config/names';
import { ports } from '../config/ports';
import type { Readiness } from '../config/readiness';
import { acknowledge } from './acknowledge';
import { verifyProp, verifyReason } from './prop-rule';

/** How people reach the load balancer. Serving them without TLS costs a written reason. */
export type Https = { readonly certificateArn: string } | { readonly refusedBecause: string };

export interface PublicLoadBalancerProps {
  readonly vpc: IVpc;
  /**
   * Where it stands: one subnet in each of two zones or more, with a way in from the internet.
   * @default - the public subnets of the VPC
   */
  readonly subnets?: ISubnet[];
  /** Says who may come in; nothing is opened here. */
  readonly securityGroup: ISecurityGroup;
  /**
   * The ACM certificate to serve https with, of the load balancer's region; or the reason for plain http.
   * @see ELB.1
   */
  readonly https: Https;
  /** Every time of a clone's life: `deriveReadiness(seconds)`. */
  readonly readiness: Readiness;
  /**
   * TCP port of a clone.
   * @default 8080 - above 1023: the app runs without privileges
   */
  readonly clonePort?: number;
  /**
   * Path that answers 200 while a clone is well. It must ask nobody else: a database that is down for a minute would take
   * every clone with it.
   * @default '/-/live' - what every release answers
   */
  readonly healthCheckPath?: string;
  /**
   * How a clone is picked. `weighted_random` also gives less to a clone whose answers fail more often than others'.
   * @default 'round_robin' - every clone is the same, so each gets the same
   */
  readonly algorithm?: 'round_robin' | 'weighted_random';
  /**
   * Whether AWS refuses to delete the load balancer, and with it the name people know.
   * @default true - another load balancer has another name
   * @see ELB.6
   */
  readonly deletionProtection?: boolean;
  /**
   * Where every request and every connection is written down, below `load-balancer/`. A bucket of the same region,
   * encrypted by S3 itself: the load balancer writes with no other key. The stack must name its region.
   * @default - no logs: they need a bucket that outlives the fleet
   * @see ELB.5
   */
  readonly logBucket?: IBucket;
}

/**
 * About 20 USD a month in eu-central-1, 4 for its address in each zone, and 6 for each unit of load that is used all the time.
 * @see ELB.1, ELB.4, ELB.5, ELB.6, ELB.12
 */
export class PublicLoadBalancer extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  /** Where people point their browser or their domain name. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: PublicLoadBalancerProps) {
    super(scope, id);
    const { https, readiness } = props;
    const subnets = props.subnets ?? props.vpc.publicSubnets;
    this.#verify(props, subnets);
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: props.vpc,
      vpcSubnets: { subnets },
      internetFacing: true,
      securityGroup: props.securityGroup,
      idleTimeout: Duration.seconds(readiness.idleTimeoutSeconds),
      deletionProtection: props.deletionProtection ?? true,
      crossZoneEnabled: true,
      dropInvalidHeaderFields: true,
      // Not `strictest`: it also refuses what AWS itself calls acceptable and no threat, and people would get a 400 that
      // nobody can explain. Requests that two programs could read differently are refused or end their connection here too.
      desyncMitigationMode: DesyncMitigationMode.DEFENSIVE,
      // The app believes the last address only, the one that is added here.
      xffHeaderProcessingMode: XffHeaderProcessingMode.APPEND,
    });
    this.targetGroup = this.#makeTargetGroup(props);
    const clones = ListenerAction.forward([this.targetGroup]);
    // `open: false`: who may come in is the security group's to say.
    if ('certificateArn' in https) {
      this.loadBalancer.addListener('Https', {
        port: ports.https,
        protocol: ApplicationProtocol.HTTPS,
        open: false,
        // TLS 1.3 and 1.2, with keys that a future quantum computer cannot recover from what is recorded today.
        sslPolicy: SslPolicy.TLS13_12_PQ,
        certificates: [ListenerCertificate.fromArn(https.certificateArn)],
        defaultAction: clones,
      });
    }
    const http = this.loadBalancer.addListener('Http', {
      port: ports.http,
      protocol: ApplicationProtocol.HTTP,
      open: false,
      defaultAction:
        'certificateArn' in https
          ? ListenerAction.redirect({ protocol: 'HTTPS', port: String(ports.https), permanent: true })
          : clones,
    });
    acknowledge(
      http,
      { ELBv2ACMCertificateRequired: ['nist', 'pci', 'hipaa'] },
      'certificateArn' in https
        ? 'all it answers is the address of the listener with the certificate'
        : https.refusedBecause,
    );
    if ('refusedBecause' in https) {
      acknowledge(http, { ALBHttpToHttpsRedirection: ['nist', 'pci', 'hipaa'] }, https.refusedBecause);
    }
    if (props.logBucket) {
      this.loadBalancer.logAccessLogs(props.logBucket, 'load-balancer/access');
      this.loadBalancer.logConnectionLogs(props.logBucket, 'load-balancer/connections');
    }
    this.url = `${'certificateArn' in https ? 'https' : 'http'}://${this.loadBalancer.loadBalancerDnsName}`;
  }

  #makeTargetGroup({ vpc, readiness, clonePort, healthCheckPath, algorithm }: PublicLoadBalancerProps) {
    const { healthCheck } = readiness;
    const isWeighted = algorithm === 'weighted_random';
    // No stickiness: any clone answers any request, or it is not a clone. CDK writes that down, so that a drift shows.
    return new ApplicationTargetGroup(this, 'Clones', {
      vpc,
      targetType: TargetType.INSTANCE,
      protocol: ApplicationProtocol.HTTP,
      protocolVersion: ApplicationProtocolVersion.HTTP1,
      port: clonePort ?? ports.clone,
      deregistrationDelay: Duration.seconds(readiness.deregistrationSeconds),
      loadBalancingAlgorithmType: isWeighted
        ? TargetGroupLoadBalancingAlgorithmType.WEIGHTED_RANDOM
        : TargetGroupLoadBalancingAlgorithmType.ROUND_ROBIN,
      enableAnomalyMitigation: isWeighted ? true : undefined,
      // Below the routing threshold requests go to every clone, sick or not. The health check asks a clone about itself
      // only, so a sick one is dead or leaving, and one that leaves fails on purpose: none of them gets a request while
      // another is well. With none left, trying all is better than refusing all.
      targetGroupHealth: {
        routingMinimumHealthyTargetCount: 1,
        routingMinimumHealthyTargetPercentage: 0,
        dnsMinimumHealthyTargetCount: 1,
        dnsMinimumHealthyTargetPercentage: 0,
      },
      healthCheck: {
        protocol: Protocol.HTTP,
        path: healthCheckPath ?? clonePaths.live,
        healthyHttpCodes: '200',
        interval: Duration.seconds(healthCheck.intervalSeconds),
        timeout: Duration.seconds(healthCheck.timeoutSeconds),
        healthyThresholdCount: healthCheck.healthyThreshold,
        unhealthyThresholdCount: healthCheck.unhealthyThreshold,
      },
    });
  }

  #verify({ https, readiness }: PublicLoadBalancerProps, subnets: ISubnet[]): void {
    const { healthCheck } = readiness;
    const subnetIds = subnets.map((subnet) => subnet.subnetId);
    verifyProp(this, {
      prop: 'subnets',
      holds: subnetIds.length >= 2 && new Set(subnetIds).size === subnetIds.length,
      rule: 'must be two or more, each in a zone of its own',
      got: subnets.map((subnet) => subnet.node.path),
      remedy: 'give a public subnet of every zone the clones are in',
    });
    verifyProp(this, {
      prop: 'readiness.healthCheck.timeoutSeconds',
      holds: healthCheck.timeoutSeconds < healthCheck.intervalSeconds,
      rule: `must be below intervalSeconds (${healthCheck.intervalSeconds})`,
      got: healthCheck.timeoutSeconds,
      remedy: 'take what deriveReadiness makes',
    });
    verifyReason(this, 'https', https, 'say why people may be served without TLS, or give a certificateArn');
    if ('refusedBecause' in https) return;
    const { region } = Stack.of(this);
    const [, , service, itsRegion] = https.certificateArn.split(':');
    verifyProp(this, {
      prop: 'https.certificateArn',
      holds:
        Token.isUnresolved(https.certificateArn) ||
        (service === 'acm' && (Token.isUnresolved(region) || itsRegion === region)),
      rule: `must be the ARN of an ACM certificate in ${Token.isUnresolved(region) ? "the load balancer's region" : region}`,
      got: https.certificateArn,
      remedy: 'request or import the certificate in the region of the load balancer',
    });
  }
}
