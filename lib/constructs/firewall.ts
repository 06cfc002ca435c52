// Who may talk to whom: one security group per role, rules that name groups, and nothing else let out.
import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ports } from '../config/ports';
import { acknowledge } from './acknowledge';

export interface FirewallProps {
  readonly vpc: IVpc;
  /**
   * Group of the endpoints of AWS's API: `ApiEndpoints`' own, or one there is. One that is imported as `mutable: false`
   * gets no rule: its owner lets the groups here in, on port 443.
   */
  readonly endpointsSecurityGroup: ISecurityGroup;
  /**
   * TCP ports on which the whole world reaches the load balancer.
   * @default [443, 80] - https, and http to be sent there
   */
  readonly publicPorts?: number[];
  /**
   * TCP port of a clone.
   * @default 8080 - above 1023: the app runs without privileges
   */
  readonly clonePort?: number;
  /**
   * TCP port of both caches.
   * @default 6380 - not the one everybody tries
   */
  readonly cachePort?: number;
  /**
   * TCP port of primary and replicas.
   * @default 3307 - not the one everybody tries
   */
  readonly databasePort?: number;
  /**
   * The region's list of addresses of S3, e.g. `pl-6ea54007` in eu-central-1; `aws ec2 describe-managed-prefix-lists`
   * tells it. Clones, image builder and rotation are let out to it on 443.
   * @default - they are not let out to S3
   */
  readonly s3PrefixListId?: string;
  /**
   * Whether clones and image builder may call the internet on 443: only where the network has a NAT gateway.
   * @default false - what got into a clone has nowhere to go
   */
  readonly internet?: boolean;
}

/**
 * Free. Every group lets out only to what its owner has to reach, and nothing but the load balancer is open to the world.
 * @see EC2.18, EC2.19
 */
export class Firewall extends Construct {
  readonly loadBalancer: SecurityGroup;
  readonly clones: SecurityGroup;
  readonly caches: SecurityGroup;
  readonly database: SecurityGroup;
  /** The machine that bakes an image: reaches AWS's API and package mirrors, is reached by nobody. */
  readonly imageBuilder: SecurityGroup;
  /** The function that replaces passwords of database users: reaches database and AWS's API, is reached by nobody. */
  readonly rotation: SecurityGroup;
  /** What was given. */
  readonly endpoints: ISecurityGroup;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const group = (name: string, description: string): SecurityGroup =>
      new SecurityGroup(this, name, { vpc: props.vpc, description, allowAllOutbound: false });

    this.loadBalancer = group('LoadBalancer', 'The load balancer: open to the world');
    this.clones = group('Clones', 'Clones: reached by the load balancer only');
    this.caches = group('Caches', 'Sessions and objects: reached by clones only');
    this.database = group('Database', 'Primary and replicas: reached by clones and rotation only');
    this.imageBuilder = group('ImageBuilder', 'The machine that bakes an image: reached by nobody');
    this.rotation = group('Rotation', 'The function that replaces passwords: reached by nobody');
    this.endpoints = props.endpointsSecurityGroup;

    const allow = (from: ISecurityGroup, to: ISecurityGroup, port: number, what: string): void => {
      from.addEgressRule(to, Port.tcp(port), what);
      to.addIngressRule(from, Port.tcp(port), what);
    };
    const databasePort = props.databasePort ?? ports.database;
    allow(this.loadBalancer, this.clones, props.clonePort ?? ports.clone, 'Requests and health checks');
    allow(this.clones, this.caches, props.cachePort ?? ports.cache, 'Sessions and objects');
    allow(this.clones, this.database, databasePort, 'Queries');
    allow(this.rotation, this.database, databasePort, 'New passwords');
    for (const caller of [this.clones, this.imageBuilder, this.rotation]) {
      allow(caller, this.endpoints, ports.https, 'The API of AWS');
      // A list and not a group: a gateway endpoint has none.
      if (props.s3PrefixListId) {
        caller.addEgressRule(Peer.prefixList(props.s3PrefixListId), Port.tcp(ports.https), 'S3');
      }
    }

    // The only ranges there are: people come from anywhere, and the internet is everywhere.
    for (const port of props.publicPorts ?? [ports.https, ports.http]) {
      this.loadBalancer.addIngressRule(Peer.anyIpv4(), Port.tcp(port), 'People');
    }
    acknowledge(
      this.loadBalancer,
      { EC23: ['solutions'] },
      'people come from anywhere, and reach the ports of the load balancer and nothing behind it',
    );
    if (props.internet) {
      for (const caller of [this.clones, this.imageBuilder]) {
        caller.addEgressRule(Peer.anyIpv4(), Port.tcp(ports.https), 'The internet');
      }
    }
  }
}
