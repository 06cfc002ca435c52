// The fleet of `dev`, written plainly: load balancer, clones, alarms, dashboard.
import { basename } from 'node:path';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationProtocolVersion,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  ListenerAction,
  Protocol,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
  XffHeaderProcessingMode,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { makeAlarm, type Watched } from './alarms';
import { Clones } from './clones';
import type { DataStack } from './data';
import { watchFleet } from './fleet-watch';
import type { NetworkStack } from './network';

export interface FleetStackProps extends StackProps {
  readonly network: NetworkStack;
  readonly data: DataStack;
  readonly release: string;
  readonly imageId: string;
  readonly recipeVersion: string;
}

const name = 'clonekit-dev-fleet';

export class FleetStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { network, data, release, imageId, recipeVersion, ...props }: FleetStackProps,
  ) {
    super(scope, id, props);
    const digest = basename(release, '.tar.gz');
    const { loadBalancer, targetGroup } = this.makeLoadBalancer(network);
    const clones = new Clones(this, 'Group', { name, network, data, targetGroup, digest, imageId, recipeVersion });
    const watched = watchFleet(loadBalancer, targetGroup, name);
    const [errors, slow, unhealthy] = watched.map((each) => makeAlarm(this, each).alarmName);
    clones.rollBackOn([errors, slow, unhealthy] as string[]);
    this.makeDashboard({ Fleet: watched, Data: data.watched });
    new CfnOutput(this, 'Url', { value: `http://${loadBalancer.loadBalancerDnsName}` });
    new CfnOutput(this, 'LoadBalancerArn', { value: loadBalancer.loadBalancerArn });
    new CfnOutput(this, 'TargetGroupArn', { value: targetGroup.targetGroupArn });
    new CfnOutput(this, 'GroupName', { value: clones.group.autoScalingGroupName });
    new CfnOutput(this, 'Release', { value: digest });
  }

  private makeLoadBalancer(network: NetworkStack) {
    const loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnetsOf('Public') },
      internetFacing: true,
      securityGroup: network.groups.loadBalancer,
      idleTimeout: Duration.seconds(60),
      deletionProtection: false,
      crossZoneEnabled: true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: DesyncMitigationMode.DEFENSIVE,
      xffHeaderProcessingMode: XffHeaderProcessingMode.APPEND,
    });
    const targetGroup = new ApplicationTargetGroup(this, 'Clones', {
      vpc: network.vpc,
      targetType: TargetType.INSTANCE,
      protocol: ApplicationProtocol.HTTP,
      protocolVersion: ApplicationProtocolVersion.HTTP1,
      port: 8080,
      deregistrationDelay: Duration.seconds(10),
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.ROUND_ROBIN,
      targetGroupHealth: {
        routingMinimumHealthyTargetCount: 1,
        routingMinimumHealthyTargetPercentage: 0,
        dnsMinimumHealthyTargetCount: 1,
        dnsMinimumHealthyTargetPercentage: 0,
      },
      healthCheck: {
        protocol: Protocol.HTTP,
        path: '/-/live',
        healthyHttpCodes: '200',
        interval: Duration.seconds(5),
        timeout: Duration.seconds(2),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    loadBalancer.addListener('Http', {
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      open: false,
      defaultAction: ListenerAction.forward([targetGroup]),
    });
    loadBalancer.logAccessLogs(network.logs, 'load-balancer/access');
    loadBalancer.logConnectionLogs(network.logs, 'load-balancer/connections');
    return { loadBalancer, targetGroup };
  }

  private makeDashboard(sections: Record<string, readonly Watched[]>): void {
    new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.AUTO,
      widgets: Object.entries(sections).flatMap(([title, watched]) => [
        [new TextWidget({ markdown: `## ${title}`, width: 24, height: 1 })],
        ...Array.from({ length: Math.ceil(watched.length / 4) }, (_, row) =>
          watched.slice(row * 4, row * 4 + 4).map(
            (each) =>
              new GraphWidget({
                title: each.title,
                left: [each.metric],
                leftAnnotations: [{ value: each.threshold, label: 'alarm' }],
                leftYAxis: { min: 0 },
                width: 6,
                height: 5,
              }),
          ),
        ),
      ]),
    });
  }
}
