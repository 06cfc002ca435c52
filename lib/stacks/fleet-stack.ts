// The clones and the load balancer before them. All of it may be thrown away at any time: nothing of people's is here.
import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { derive } from '../config/derived';
import { cloneEnv, clonePaths, outputs, stackName, tags } from '../config/names';
import { ports } from '../config/ports';
import { isOn, type StageConfig } from '../config/stage-config';
import { CloneGroup } from '../constructs/clone-group';
import { CloneTemplate } from '../constructs/clone-template';
import { PublicLoadBalancer } from '../constructs/public-load-balancer';
import type { ReleaseDescriptor } from '../release/descriptor';
import type { DataStack } from './data-stack';
import type { NetworkStack } from './network-stack';
import { StageStack } from './stage-stack';

export interface FleetStackProps {
  config: StageConfig;
  network: NetworkStack;
  data: DataStack;
  release: ReleaseDescriptor;
}

/** What the app is told, except who it is and where it listens: that is known at boot only. */
const toEnvironment = (config: StageConfig, { sessions, objects, cacheUsers, database }: DataStack) => {
  const { drainSeconds, keepAliveSeconds } = derive(config);
  return {
    [cloneEnv.stage]: config.stage,
    [cloneEnv.port]: String(ports.clone),
    [cloneEnv.sessions]: sessions.address,
    [cloneEnv.objects]: objects.address,
    [cloneEnv.cacheSecret]: cacheUsers.secret.secretArn,
    [cloneEnv.primary]: database.primary.instanceEndpoint.socketAddress,
    [cloneEnv.replicas]: database.replicas.map((replica) => replica.instanceEndpoint.socketAddress).join(','),
    [cloneEnv.databaseSecret]: database.secret.secretArn,
    [cloneEnv.tls]: 'on',
    [cloneEnv.https]: 'certificateArn' in config.https ? 'on' : 'off',
    [cloneEnv.drainSeconds]: String(drainSeconds),
    [cloneEnv.keepAliveSeconds]: String(keepAliveSeconds),
  };
};

export class FleetStack extends StageStack {
  constructor(scope: Construct, { config, network, data, release }: FleetStackProps) {
    super(scope, 'fleet', config, { description: 'Load balancer and clones' });
    const { vpc, publicSubnets, cloneSubnets } = network.network;
    const { clones, healthCheck } = config;
    const derived = derive(config);
    const name = stackName(config.stage, 'fleet');

    const front = new PublicLoadBalancer(this, 'Front', {
      vpc,
      subnets: publicSubnets,
      securityGroup: network.firewall.loadBalancer,
      certificateArn: 'certificateArn' in config.https ? config.https.certificateArn : undefined,
      clonePort: ports.clone,
      healthCheck: {
        path: clonePaths.live,
        interval: Duration.seconds(healthCheck.intervalSeconds),
        timeout: Duration.seconds(healthCheck.timeoutSeconds),
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
      },
      deregistrationDelay: Duration.seconds(config.deregistrationSeconds),
      idleTimeout: Duration.seconds(config.idleTimeoutSeconds),
      algorithm: config.algorithm,
      deletionProtection: isOn(config.deletionProtection),
    });
    const { launchTemplate } = new CloneTemplate(this, 'Clone', {
      amiId: config.image.amiId,
      region: config.region,
      instanceType: clones.instanceType,
      securityGroup: network.firewall.clones,
      groupName: name,
      secretArns: [data.cacheUsers.secret.secretArn, data.database.secret.secretArn],
      environment: toEnvironment(config, data),
    });
    const { group } = new CloneGroup(this, 'Clones', {
      vpc,
      subnets: cloneSubnets,
      name,
      launchTemplate,
      targetGroup: front.targetGroup,
      min: clones.min,
      max: clones.max,
      requestsPerMinute: clones.requestsPerMinute,
      readyWithin: Duration.seconds(derived.readyHookSeconds),
      grace: Duration.seconds(derived.graceSeconds),
      warmUp: Duration.seconds(derived.warmUpSeconds),
      rollMinPercent: derived.rollMinPercent,
      rollMaxPercent: derived.rollMaxPercent,
      tags: { [tags.stage]: config.stage, [tags.release]: release.digest },
    });

    new CfnOutput(this, outputs.fleet.url, { value: front.url });
    new CfnOutput(this, outputs.fleet.loadBalancerArn, { value: front.loadBalancer.loadBalancerArn });
    new CfnOutput(this, outputs.fleet.targetGroupArn, { value: front.targetGroup.targetGroupArn });
    new CfnOutput(this, outputs.fleet.groupName, { value: group.autoScalingGroupName });
    new CfnOutput(this, outputs.fleet.release, { value: release.digest });
  }
}
