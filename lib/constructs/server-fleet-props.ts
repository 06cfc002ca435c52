// What a whole fleet is told: few things, and from these everything else follows.
import type { Duration } from 'aws-cdk-lib';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { CloneGroupProps } from './clone-group';
import type { CloneTemplateProps } from './clone-template';
import type { FleetSecurityGroups } from './fleet-firewall';
import type { PublicLoadBalancerProps } from './public-load-balancer';

export interface ServerFleetProps
  extends Pick<
      PublicLoadBalancerProps,
      'vpc' | 'https' | 'clonePort' | 'healthCheckPath' | 'algorithm' | 'logBucket' | 'deletionProtection'
    >,
    Pick<CloneTemplateProps, 'amiId' | 'secretArns' | 'encryptionKey' | 'logGroup' | 'rights' | 'diskGiB'>,
    Pick<
      CloneGroupProps,
      'spot' | 'cpuPercent' | 'requestsPerMinute' | 'schedule' | 'predictive' | 'maxLifetimeDays' | 'roll' | 'tags'
    > {
  /**
   * Where the load balancer stands.
   * @default - the public subnets of the VPC
   */
  readonly publicSubnets?: ISubnet[];
  /**
   * Where clones are launched.
   * @default - the VPC's private subnets with a way out, or else its isolated ones, from which clones reach AWS by
   * endpoints only
   */
  readonly cloneSubnets?: ISubnet[];
  /**
   * Name of the group of clones, unique in account and region: 1 to 64 letters, digits and hyphens.
   * @default - made of the stack's name and the construct's path
   */
  readonly name?: string;
  /**
   * What the app is told besides what follows from the other props: port, https, and the times of its end. References are
   * fine, secrets are not.
   * @default - nothing more
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * EC2 instance types of one architecture and one size, the preferred one first.
   * @default ['t4g.small'] - two processors and 2 GiB for about 14 USD a month; the image must be for arm64
   */
  readonly instanceTypes?: readonly string[];
  /**
   * Fewest clones, at least 1.
   * @default 2 - one may be lost
   */
  readonly min?: number;
  /**
   * Most clones.
   * @default - twice `min`, so that a roll and a busy day have room
   */
  readonly max?: number;
  /**
   * How long a clone may take from launch until it has reached everything it needs, 30 seconds to two hours. Every other
   * time of its life follows from it.
   * @default Duration.minutes(3) - a small instance boots in one
   */
  readonly readyWithin?: Duration;
  /**
   * Whether a web application firewall stands before the load balancer; going without costs a written reason.
   * @default true - about 10 USD a month
   * @see ELB.16
   */
  readonly waf?: true | { readonly refusedBecause: string };
  /**
   * Key of the logs made here, of clones and firewall; its policy must let CloudWatch Logs use it.
   * @default - encrypted by a key that CloudWatch Logs owns
   */
  readonly logKey?: IKey;
  /**
   * Who may talk to whom.
   * @default - people to the load balancer, it to the clones, and clones to AWS's API on 443; what else they need to reach
   * is opened with `connections`
   */
  readonly securityGroups?: FleetSecurityGroups;
  /**
   * Whom alarms tell, or the reason why nobody is told. Alarms there always are; those of what people notice undo a roll.
   */
  readonly alarms: { readonly topic: ITopic } | { readonly refusedBecause: string };
}
