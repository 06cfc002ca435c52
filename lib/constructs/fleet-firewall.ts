// Who may talk to a fleet that is given no security groups: people to the load balancer, it to the clones, nobody else.
import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ports } from '../config/ports';
import { acknowledge } from './acknowledge';

export interface FleetSecurityGroups {
  readonly loadBalancer: ISecurityGroup;
  readonly clones: ISecurityGroup;
}

export interface FleetFirewallProps {
  readonly vpc: IVpc;
  /** TCP ports on which the whole world reaches the load balancer. */
  readonly publicPorts: readonly number[];
  /** TCP port of a clone. */
  readonly clonePort: number;
}

/** Free. What else clones need to reach, e.g. a database, is opened with `fleet.connections`. */
export class FleetFirewall extends Construct implements FleetSecurityGroups {
  readonly loadBalancer: SecurityGroup;
  readonly clones: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, publicPorts, clonePort }: FleetFirewallProps) {
    super(scope, id);
    const group = (name: string, description: string): SecurityGroup =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });

    this.loadBalancer = group('LoadBalancer', 'The load balancer: open to the world');
    this.clones = group('Clones', 'Clones: reached by the load balancer only');
    for (const port of publicPorts) this.loadBalancer.addIngressRule(Peer.anyIpv4(), Port.tcp(port), 'People');
    acknowledge(
      this.loadBalancer,
      { EC23: ['solutions'] },
      'people come from anywhere, and reach the ports of the load balancer and nothing behind it',
    );
    this.loadBalancer.addEgressRule(this.clones, Port.tcp(clonePort), 'Requests and health checks');
    this.clones.addIngressRule(this.loadBalancer, Port.tcp(clonePort), 'Requests and health checks');
    // A range and not a group: AWS's API has no group. Secrets, lifecycle calls, logs and SSM go here.
    this.clones.addEgressRule(Peer.anyIpv4(), Port.tcp(ports.https), 'The API of AWS');
  }
}
