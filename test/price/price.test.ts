// What an estimate counts is what the templates deploy.

import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { estimate } from '../../lib/price/estimate';
import { onlyResource, type Resource, resourcesOf, synthesize, synthesizedStages } from '../stacks/synthesized';

const memcached: StageConfig = {
  ...(getStages('dev')[0] as StageConfig),
  objects: { engine: 'memcached', nodeType: 'cache.t4g.micro' },
};

describe.each([...synthesizedStages(), ['dev with objects in Memcached', synthesize(memcached), memcached] as const])(
  'in %s',
  (_, { templates }, config) => {
    const { lines } = estimate(config);
    const counted = (what: string): number =>
      lines.filter((line) => line.what === what).reduce((sum, { count }) => sum + count, 0);
    const all = (type: string): Resource[] =>
      Object.values(templates).flatMap((template) => resourcesOf(template, type));

    test.each([
      ['keys', 'AWS::KMS::Key'],
      ['secrets', 'AWS::SecretsManager::Secret'],
      ['NAT gateways', 'AWS::EC2::NatGateway'],
      ['dashboards', 'AWS::CloudWatch::Dashboard'],
      ['web application firewall', 'AWS::WAFv2::WebACL'],
      ['load balancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer'],
    ])('%s are as many', (what, type) => {
      expect(counted(what)).toBe(all(type).length);
    });

    test('an endpoint is paid in every zone it is in', () => {
      const zones = all('AWS::EC2::VPCEndpoint').map(
        ({ Properties }) => (Properties.SubnetIds as [] | undefined)?.length,
      );
      expect(counted('endpoints of the API of AWS')).toBe(zones.reduce<number>((sum, count) => sum + (count ?? 0), 0));
    });

    test('rules of the firewall are those it has', () => {
      const rules = all('AWS::WAFv2::WebACL').flatMap(({ Properties }) => Properties.Rules as unknown[]);
      expect(counted('rules of the firewall')).toBe(rules.length);
    });

    test('an alarm is paid by the figures it watches', () => {
      const figures = all('AWS::CloudWatch::Alarm').map(({ Properties }) => {
        const metrics = Properties.Metrics as { MetricStat?: object }[] | undefined;
        return metrics ? metrics.filter(({ MetricStat }) => MetricStat).length : 1;
      });
      expect(counted('figures under alarm')).toBe(figures.reduce((sum, count) => sum + count, 0));
    });

    test('the disk of a clone is as large', () => {
      const { BlockDeviceMappings } = onlyResource(templates.fleet, 'AWS::EC2::LaunchTemplate').Properties
        .LaunchTemplateData as {
        BlockDeviceMappings: { Ebs: { VolumeSize: number } }[];
      };
      expect(counted('GB of disks of clones')).toBe(
        config.clones.min * BlockDeviceMappings.reduce((sum, { Ebs }) => sum + Ebs.VolumeSize, 0),
      );
    });
  },
);
