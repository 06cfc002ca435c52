// The clones and the load balancer before them. All of it may be thrown away at any time: nothing of people's is here.
import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { derive } from '../config/derived';
import { cloneEnv, outputs, stackName, tags } from '../config/names';
import { isOn, isRefused, type StageConfig } from '../config/stage-config';
import { acknowledge } from '../constructs/acknowledge';
import { FleetDashboard } from '../constructs/fleet-dashboard';
import { ServerFleet } from '../constructs/server-fleet';
import type { ReleaseDescriptor } from '../release/descriptor';
import type { DataStack } from './data-stack';
import type { NetworkStack } from './network-stack';
import { StageStack } from './stage-stack';

export interface FleetStackProps {
  config: StageConfig;
  network: NetworkStack;
  data: DataStack;
  release: ReleaseDescriptor;
  image: {
    /** A literal, or that of the image which is baked with the deploy. */
    amiId: string;
    /**
     * Of the recipe of an image that is baked with the deploy: the template must change whenever the image will, or the deploy
     * would pass this stack over. A literal id needs none.
     */
    recipeVersion?: string;
  };
}

/**
 * What the app is told of data; who it is and where it listens is known at boot only, and the rest follows from the load
 * balancer.
 */
const toEnvironment = (config: StageConfig, { sessions, objects, cacheUsers, database, pictures }: DataStack) => ({
  [cloneEnv.stage]: config.stage,
  [cloneEnv.sessions]: sessions.address,
  [cloneEnv.sessionsMode]: sessions.mode,
  [cloneEnv.objects]: objects.address,
  [cloneEnv.objectsEngine]: objects.protocol,
  [cloneEnv.cacheSecret]: cacheUsers.secret.secretArn,
  [cloneEnv.primary]: database.primary.instanceEndpoint.socketAddress,
  [cloneEnv.replicas]: database.replicas.map((replica) => replica.instanceEndpoint.socketAddress).join(','),
  [cloneEnv.databaseSecret]: database.appSecret.secretArn,
  [cloneEnv.pictures]: pictures.bucket.bucketName,
  [cloneEnv.poolSize]: String(derive(config).poolSize),
  [cloneEnv.tls]: 'on',
});

export class FleetStack extends StageStack {
  constructor(scope: Construct, { config, network, data, release, image }: FleetStackProps) {
    super(scope, 'fleet', config, { description: 'Load balancer and clones' });
    const { clones } = config;
    const { vpc, publicSubnets, cloneSubnets } = network.network;
    const name = stackName(config.stage, 'fleet');

    const fleet = new ServerFleet(this, 'Fleet', {
      ...clones,
      name,
      vpc,
      publicSubnets,
      cloneSubnets,
      securityGroups: network.firewall,
      https: config.https,
      waf: config.waf,
      algorithm: config.algorithm,
      logBucket: network.logs.bucket,
      deletionProtection: isOn(config.deletionProtection),
      amiId: image.amiId,
      readyWithin: Duration.seconds(clones.readyWithinSeconds),
      environment: toEnvironment(config, data),
      secretArns: [data.cacheUsers.secret.secretArn, data.database.appSecret.secretArn],
      encryptionKey: network.key.key,
      rights: data.pictures.rights,
      logKey: network.key.key,
      alarms: network.alarms,
      tags: {
        [tags.stage]: config.stage,
        [tags.release]: release.digest,
        ...(image.recipeVersion ? { [tags.recipe]: image.recipeVersion } : {}),
      },
    });
    if (isRefused(config.deletionProtection)) {
      const { refusedBecause } = config.deletionProtection;
      acknowledge(fleet.loadBalancer, { ELBDeletionProtectionEnabled: ['nist', 'hipaa'] }, refusedBecause);
    }
    new FleetDashboard(this, 'Dashboard', {
      // One for all regions of the account.
      name: `${name}-${config.region}`,
      sections: [
        { title: 'Fleet', figures: fleet.figures },
        { title: 'Data', figures: data.figures },
      ],
    });

    new CfnOutput(this, outputs.fleet.url, { value: fleet.url });
    new CfnOutput(this, outputs.fleet.loadBalancerArn, { value: fleet.loadBalancer.loadBalancerArn });
    new CfnOutput(this, outputs.fleet.targetGroupArn, { value: fleet.targetGroup.targetGroupArn });
    new CfnOutput(this, outputs.fleet.groupName, { value: fleet.group.autoScalingGroupName });
    new CfnOutput(this, outputs.fleet.release, { value: release.digest });
    new CfnOutput(this, outputs.fleet.logGroup, { value: fleet.logGroup.logGroupName });
  }
}
