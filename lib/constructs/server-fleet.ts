// A whole fleet from a few props: load balancer, firewall, and clones that are born, judged and replaced by the same times.
import { Duration, Names } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, type IConnectable, type LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import type { ApplicationLoadBalancer, ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { cloneEnv } from '../config/names';
import { ports } from '../config/ports';
import { deriveReadiness, type Readiness } from '../config/readiness';
import { acknowledge } from './acknowledge';
import { Alarms } from './alarms';
import { CloneGroup } from './clone-group';
import { CloneTemplate } from './clone-template';
import type { Figure } from './figure';
import { fleetFigures, rollFigures } from './fleet-figures';
import { FleetFirewall, type FleetSecurityGroups } from './fleet-firewall';
import { verifyProp } from './prop-rule';
import { PublicLoadBalancer } from './public-load-balancer';
import type { ServerFleetProps } from './server-fleet-props';
import { verifyServerFleet } from './server-fleet-rules';
import { WebFirewall } from './web-firewall';

/**
 * With its defaults about 70 USD a month in eu-central-1: the load balancer 27, two clones 30, the firewall 10, alarms 2;
 * and what is used. It needs a network, an image, and the two choices that are nobody's default: https and alarms.
 */
export class ServerFleet extends Construct implements IConnectable {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  readonly group: AutoScalingGroup;
  readonly launchTemplate: LaunchTemplate;
  /** Who the clones are: what they may do in AWS. */
  readonly role: Role;
  /** Where clones write their journal. */
  readonly logGroup: ILogGroup;
  /** Where people point their browser or their domain name. */
  readonly url: string;
  /** Name of the group of clones; known before the group is made. */
  readonly name: string;
  readonly readiness: Readiness;
  readonly securityGroups: FleetSecurityGroups;
  /** The clones' side: `database.connections.allowDefaultPortFrom(fleet)`. */
  readonly connections: Connections;
  readonly webFirewall: WebFirewall | undefined;
  /** What is watched: for a page of the fleet. */
  readonly figures: readonly Figure[];
  readonly alarms: Alarms;
  readonly #clones: CloneGroup;

  constructor(scope: Construct, id: string, props: ServerFleetProps) {
    super(scope, id);
    const { vpc, waf = true, instanceTypes = ['t4g.small'], min = 2, clonePort = ports.clone } = props;
    this.name = props.name ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.readiness = deriveReadiness((props.readyWithin ?? Duration.minutes(3)).toSeconds());
    const publicPorts = 'certificateArn' in props.https ? [ports.http, ports.https] : [ports.http];
    this.securityGroups = props.securityGroups ?? new FleetFirewall(this, 'Firewall', { vpc, publicPorts, clonePort });
    this.connections = new Connections({ securityGroups: [this.securityGroups.clones] });
    const subnets = props.cloneSubnets ?? (vpc.privateSubnets.length > 0 ? vpc.privateSubnets : vpc.isolatedSubnets);
    verifyServerFleet(this, { ...props, name: this.name, subnets, instanceTypes });

    const front = new PublicLoadBalancer(this, 'Front', {
      vpc,
      subnets: props.publicSubnets,
      securityGroup: this.securityGroups.loadBalancer,
      https: props.https,
      readiness: this.readiness,
      clonePort,
      healthCheckPath: props.healthCheckPath,
      algorithm: props.algorithm,
      deletionProtection: props.deletionProtection,
      logBucket: props.logBucket,
    });
    const clone = new CloneTemplate(this, 'Clone', {
      amiId: props.amiId,
      instanceType: instanceTypes[0] as string,
      securityGroup: this.securityGroups.clones,
      groupName: this.name,
      secretArns: props.secretArns,
      encryptionKey: props.encryptionKey,
      logGroup: props.logGroup,
      logKey: props.logKey,
      rights: props.rights,
      diskGiB: props.diskGiB,
      environment: this.#toEnvironment(props, clonePort),
    });
    this.#clones = new CloneGroup(this, 'Clones', {
      vpc,
      subnets,
      name: this.name,
      launchTemplate: clone.launchTemplate,
      targetGroup: front.targetGroup,
      instanceTypes,
      min,
      max: props.max ?? min * 2,
      readiness: this.readiness,
      spot: props.spot,
      cpuPercent: props.cpuPercent,
      requestsPerMinute: props.requestsPerMinute,
      schedule: props.schedule,
      predictive: props.predictive,
      maxLifetimeDays: props.maxLifetimeDays,
      roll: props.roll,
      deletionProtection: props.deletionProtection,
      tags: props.tags,
    });
    this.webFirewall =
      waf === true
        ? new WebFirewall(this, 'WebFirewall', {
            loadBalancer: front.loadBalancer,
            name: this.name,
            encryptionKey: props.logKey,
          })
        : undefined;

    this.loadBalancer = front.loadBalancer;
    this.targetGroup = front.targetGroup;
    this.url = front.url;
    this.launchTemplate = clone.launchTemplate;
    this.role = clone.role;
    this.logGroup = clone.logGroup;
    this.group = this.#clones.group;

    this.figures = fleetFigures({
      loadBalancer: front.loadBalancer,
      targetGroup: front.targetGroup,
      groupName: this.name,
      min,
      max: props.max ?? min * 2,
      certificateArn: 'certificateArn' in props.https ? props.https.certificateArn : undefined,
    });
    this.alarms = new Alarms(this, 'Alarms', {
      figures: this.figures,
      topic: 'topic' in props.alarms ? props.alarms.topic : undefined,
    });
    if (props.roll?.alarms === undefined || props.roll.alarms === true)
      this.rollBackOn(...rollFigures.map((id) => this.alarms.get(id)));
    this.#acknowledge(props);
  }

  /**
   * Any of these alarms, too, ends a roll, and the stack rolls back to the clones there were; at most 7 more. Their metrics must not
   * refer to `group`, which refers to them: use `name`.
   */
  rollBackOn(...alarms: readonly IAlarm[]): void {
    this.#clones.rollBackOn(...alarms);
  }

  #acknowledge({ waf, alarms }: ServerFleetProps): void {
    acknowledge(
      this.group,
      { AS3: ['solutions'] },
      'each roll would send a message for every clone, old and new; that too few are well, or no more can come, is an alarm',
    );
    if (typeof waf === 'object') {
      acknowledge(this.loadBalancer, { ALBWAFEnabled: ['nist', 'pci'] }, waf.refusedBecause);
    }
    if ('refusedBecause' in alarms) {
      acknowledge(this.alarms, { CloudWatchAlarmAction: ['nist', 'hipaa'] }, alarms.refusedBecause);
    }
  }

  /** What must agree with the load balancer is said here and nowhere else. */
  #toEnvironment({ environment = {}, https }: ServerFleetProps, clonePort: number): Record<string, string> {
    const own = {
      [cloneEnv.port]: String(clonePort),
      [cloneEnv.https]: 'certificateArn' in https ? 'on' : 'off',
      [cloneEnv.keepAliveSeconds]: String(this.readiness.keepAliveSeconds),
      [cloneEnv.drainSeconds]: String(this.readiness.drainSeconds),
      [cloneEnv.stopSeconds]: String(this.readiness.stopSeconds),
      [cloneEnv.group]: this.name,
      [cloneEnv.readySeconds]: String(this.readiness.readyWithinSeconds),
    };
    const twice = Object.keys(environment).filter((name) => Object.hasOwn(own, name));
    verifyProp(this, {
      prop: 'environment',
      holds: twice.length === 0,
      rule: 'must not say what follows from name, clonePort, https and readyWithin',
      got: twice,
      remedy: 'leave these out and set those props',
    });
    return { ...environment, ...own };
  }
}
