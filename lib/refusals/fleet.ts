// What belongs to a group of clones, read from the templates: template, target groups, load balancers, environment, sizes.
import { cloneEnvFile } from '../config/names';
import { toText, unknownText } from './expression';
import { type ResourceView, type TemplateView, toNumber } from './template-view';

export interface Fleet {
  readonly group: ResourceView;
  readonly launchTemplates: readonly ResourceView[];
  readonly targetGroups: readonly ResourceView[];
  readonly loadBalancers: readonly ResourceView[];
  /** Fewest, most, and most while all of them roll; undefined when the template does not say. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly surge: number | undefined;
  /** A number in the environment file that the launch template writes. */
  environmentNumber(name: string): number | undefined;
}

/** Percent of the group that must be healthy during a roll of which nothing else is said, and that may exist. */
const rollDefaults = { min: 100, max: 110 };

/** Who says otherwise, the nearest first. */
const preferences = ['UpdatePolicy.AutoScalingInstanceRefresh.Preferences', 'Properties.InstanceMaintenancePolicy'];

/** Percents of a roll; undefined for a group that is not refreshed, or where the template does not say. */
export function findRollPercents(group: ResourceView): { min: number; max: number } | undefined {
  if (!group.isSet('UpdatePolicy.AutoScalingInstanceRefresh')) return undefined;
  const read = (name: string, absent: number): number | undefined => {
    const path = preferences.map((from) => `${from}.${name}`).find((one) => group.isSet(one));
    // AWS takes -1 for nothing said.
    return path === undefined || group.number(path) === -1 ? absent : group.number(path);
  };
  const min = read('MinHealthyPercentage', rollDefaults.min);
  const max = read('MaxHealthyPercentage', rollDefaults.max);
  return min === undefined || max === undefined ? undefined : { min, max };
}

const userData = 'Properties.LaunchTemplateData.UserData';

/** Resources of a type that clones of the fleet are told of: they connect to these. */
export const toldOf = (fleet: Fleet, type: string): ResourceView[] =>
  fleet.launchTemplates.flatMap((template) => template.mentioned(userData, type));

/** Lines of the environment file; none where user data is not a cloud-config that writes one. */
function toEnvironment(template: ResourceView): Record<string, string> {
  const text = toText(template.at(userData));
  try {
    const document = JSON.parse(text.slice(text.indexOf('\n{') + 1)) as {
      write_files?: { path: string; content: string }[];
    };
    const file = document.write_files?.find(({ path }) => path === cloneEnvFile);
    const lines = (file?.content ?? '').split('\n').map((line) => line.split(/=(.*)/s));
    return Object.fromEntries(lines.map(([name = '', value = '']) => [name, value]));
  } catch {
    // Somebody's own user data: what it tells clones is theirs to know.
    return {};
  }
}

/** Load balancers whose listeners or rules forward to the target group. */
export function loadBalancersOf(targetGroup: ResourceView): ResourceView[] {
  const { view } = targetGroup;
  const isTold = (path: string) => (from: ResourceView) =>
    from.mentioned(path, 'AWS::ElasticLoadBalancingV2::TargetGroup').includes(targetGroup);
  const listeners = [
    ...view.ofType('AWS::ElasticLoadBalancingV2::Listener').filter(isTold('Properties.DefaultActions')),
    ...view
      .ofType('AWS::ElasticLoadBalancingV2::ListenerRule')
      .filter(isTold('Properties.Actions'))
      .flatMap((rule) => rule.mentioned('Properties.ListenerArn', 'AWS::ElasticLoadBalancingV2::Listener')),
  ];
  const type = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
  return [...new Set(listeners.flatMap((listener) => listener.mentioned('Properties.LoadBalancerArn', type)))];
}

export const listFleets = (view: TemplateView): Fleet[] =>
  view.ofType('AWS::AutoScaling::AutoScalingGroup').map((group) => {
    const launchTemplates = ['Properties.LaunchTemplate', 'Properties.MixedInstancesPolicy'].flatMap((path) =>
      group.mentioned(path, 'AWS::EC2::LaunchTemplate'),
    );
    const targetGroups = group.mentioned('Properties.TargetGroupARNs', 'AWS::ElasticLoadBalancingV2::TargetGroup');
    const max = group.number('Properties.MaxSize');
    const isRefreshed = group.isSet('UpdatePolicy.AutoScalingInstanceRefresh');
    const maxPercent = isRefreshed ? findRollPercents(group)?.max : 100;
    const environment = Object.assign({}, ...launchTemplates.map(toEnvironment)) as Record<string, string>;
    return {
      group,
      launchTemplates: [...new Set(launchTemplates)],
      targetGroups,
      loadBalancers: [...new Set(targetGroups.flatMap(loadBalancersOf))],
      min: group.number('Properties.MinSize'),
      max,
      surge: max === undefined || maxPercent === undefined ? undefined : Math.ceil((max * maxPercent) / 100),
      environmentNumber: (name) => {
        const value = environment[name];
        return value?.includes(unknownText) ? undefined : toNumber(value);
      },
    };
  });
