// Who may talk to whom: one security group per role, rules that name groups, and nothing else let out.
import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface FirewallProps {
  vpc: IVpc;
  /** TCP ports on which the whole world reaches the load balancer. */
  publicPorts: number[];
  /** TCP port of a clone. */
  clonePort: number;
  /** TCP port of both caches. */
  cachePort: number;
  /** TCP port of primary and replicas. */
  databasePort: number;
}

export class Firewall extends Construct {
  readonly loadBalancer: SecurityGroup;
  readonly clones: SecurityGroup;
  readonly caches: SecurityGroup;
  readonly database: SecurityGroup;
  /** The machine that bakes an image: reaches AWS's API and package mirrors, is reached by nobody. */
  readonly imageBuilder: SecurityGroup;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const group = (name: string, description: string): SecurityGroup =>
      new SecurityGroup(this, name, { vpc: props.vpc, description, allowAllOutbound: false });

    this.loadBalancer = group('LoadBalancer', 'The load balancer: open to the world');
    this.clones = group('Clones', 'Clones: reached by the load balancer only');
    this.caches = group('Caches', 'Sessions and objects: reached by clones only');
    this.database = group('Database', 'Primary and replicas: reached by clones only');
    this.imageBuilder = group('ImageBuilder', 'The machine that bakes an image: reached by nobody');

    for (const port of props.publicPorts) {
      this.loadBalancer.addIngressRule(Peer.anyIpv4(), Port.tcp(port), 'People');
    }
    const allow = (from: SecurityGroup, to: SecurityGroup, port: number, what: string): void => {
      from.addEgressRule(to, Port.tcp(port), what);
      to.addIngressRule(from, Port.tcp(port), what);
    };
    allow(this.loadBalancer, this.clones, props.clonePort, 'Requests and health checks');
    allow(this.clones, this.caches, props.cachePort, 'Sessions and objects');
    allow(this.clones, this.database, props.databasePort, 'Queries');

    // A range and not a group: AWS's API has no group. Secrets, lifecycle calls and SSM go here.
    this.clones.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The API of AWS');
    this.imageBuilder.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The API of AWS and package mirrors');
  }
}
