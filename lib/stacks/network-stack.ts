// What everything else of a stage stands on, and what seldom changes: network, firewall, key, logs, and whom alarms tell.
import { CfnResource, CrossStackReferences, ReferenceStrength } from 'aws-cdk-lib';
import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { findCidr, maxZones, toSubnetPrefix } from '../config/cidr';
import { product, stackName } from '../config/names';
import { ports } from '../config/ports';
import { s3PrefixLists } from '../config/regions';
import { isNewNetwork, isRefused, type NewNetwork, type StageConfig } from '../config/stage-config';
import { AlarmTopic } from '../constructs/alarm-topic';
import { ApiEndpoints } from '../constructs/api-endpoints';
import { ExistingNetwork } from '../constructs/existing-network';
import { Firewall } from '../constructs/firewall';
import { LogBucket } from '../constructs/log-bucket';
import { StageKey } from '../constructs/stage-key';
import { type StageNetwork, TieredVpc } from '../constructs/tiered-vpc';
import { StageStack } from './stage-stack';

export interface NetworkStackProps {
  config: StageConfig;
}

export class NetworkStack extends StageStack {
  readonly network: StageNetwork;
  readonly firewall: Firewall;
  readonly key: StageKey;
  readonly logs: LogBucket;
  /** Whom alarms tell, or why nobody is told. */
  readonly alarms: { readonly topic: ITopic } | { readonly refusedBecause: string };

  constructor(scope: Construct, { config }: NetworkStackProps) {
    super(scope, 'network', config, { description: 'Network, firewall, key and logs' });
    const name = stackName(config.stage, 'network');
    const { network } = config;
    this.key = new StageKey(this, 'Key', { name });
    this.logs = new LogBucket(this, 'Logs');
    this.network = isNewNetwork(network)
      ? this.#makeNetwork(config, network)
      : new ExistingNetwork(this, 'Network', { ...network, availabilityZones: toZones(config) });
    this.firewall = new Firewall(this, 'Firewall', {
      vpc: this.network.vpc,
      endpointsSecurityGroup: isNewNetwork(network)
        ? this.#makeEndpoints(network)
        : // Not ours to change: its owner lets our groups in.
          SecurityGroup.fromSecurityGroupId(this, 'Endpoints', network.endpointsSecurityGroupId, { mutable: false }),
      s3PrefixListId: s3PrefixLists[config.region],
      publicPorts: 'certificateArn' in config.https ? [ports.https, ports.http] : [ports.http],
      internet: isNewNetwork(network) && network.nat !== 'none',
    });
    this.alarms = isRefused(config.alarms)
      ? config.alarms
      : new AlarmTopic(this, 'Alarms', {
          name,
          displayName: `${product} ${config.stage}`,
          emails: config.alarms.emails,
          slack: config.alarms.slack,
          encryptionKey: this.key.key,
        });
    // Strong: a subnet or group that others stand on must not go before them, and the refusal must come at once.
    for (const child of this.node.findAll().filter((node) => CfnResource.isCfnResource(node))) {
      CrossStackReferences.of(child).produce(ReferenceStrength.STRONG);
    }
  }

  #makeNetwork(config: StageConfig, { cidr, nat }: NewNetwork): TieredVpc {
    const range = findCidr(cidr);
    if (!range) throw new Error(`network.cidr was not verified: ${cidr}`);
    const zones = toZones(config);
    return new TieredVpc(this, 'Network', {
      cidr,
      availabilityZones: zones,
      subnetPrefix: toSubnetPrefix(range.prefix),
      reservedZones: maxZones - zones.length,
      natGateways: { none: 0, one: 1, 'per-zone': zones.length }[nat],
      encryptionKey: this.key.key,
    });
  }

  #makeEndpoints({ nat, endpoints }: NewNetwork): ISecurityGroup {
    const { vpc, cloneSubnets } = this.network;
    return new ApiEndpoints(this, 'Endpoints', {
      vpc,
      subnets: endpoints === 'one-zone' ? cloneSubnets.slice(0, 1) : cloneSubnets,
      forImageBuilder: nat === 'none',
    }).securityGroup;
  }
}

const toZones = ({ region, zones }: StageConfig): string[] => zones.map((zone) => `${region}${zone}`);
