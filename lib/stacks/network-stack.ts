// The network and who may talk to whom in it. Changes seldom; everything else stands on it.
import { CfnResource, CrossStackReferences, ReferenceStrength } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { findCidr, toSubnetPrefix } from '../config/cidr';
import { ports } from '../config/ports';
import type { StageConfig } from '../config/stage-config';
import { Firewall } from '../constructs/firewall';
import { TieredVpc } from '../constructs/tiered-vpc';
import { StageStack } from './stage-stack';

export interface NetworkStackProps {
  config: StageConfig;
}

export class NetworkStack extends StageStack {
  readonly network: TieredVpc;
  readonly firewall: Firewall;

  constructor(scope: Construct, { config }: NetworkStackProps) {
    super(scope, 'network', config, { description: 'Network and firewall' });
    const range = findCidr(config.cidr);
    if (!range) throw new Error(`cidr was not verified: ${config.cidr}`);
    this.network = new TieredVpc(this, 'Network', {
      cidr: config.cidr,
      availabilityZones: config.zones.map((zone) => `${config.region}${zone}`),
      subnetPrefix: toSubnetPrefix(range.prefix, config.zones.length),
      natGateways: config.natGateways,
    });
    this.firewall = new Firewall(this, 'Firewall', {
      vpc: this.network.vpc,
      publicPorts: 'certificateArn' in config.https ? [ports.https, ports.http] : [ports.http],
      clonePort: ports.clone,
      cachePort: ports.cache,
      databasePort: ports.database,
    });
    // Strong: a subnet or group that others stand on must not go before them, and the refusal must come at once.
    for (const child of this.node.findAll().filter((node) => CfnResource.isCfnResource(node))) {
      CrossStackReferences.of(child).produce(ReferenceStrength.STRONG);
    }
  }
}
