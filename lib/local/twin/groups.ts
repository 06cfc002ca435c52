// How Auto Scaling names a group, and what it says when there is none of that name.
import type * as schemas from '@aws-sdk/client-auto-scaling';
import type { Fleet } from '../fleet';
import type { CloneGroup } from '../group';
import type { TemplateVersion } from '../launch-templates';
import { AwsError } from './service';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** The one group there is. */
export function getGroup(name: string | undefined, { plan, group }: Fleet): CloneGroup {
  if (name === plan.group.name) return group;
  throw invalid(`AutoScalingGroup name not found - AutoScalingGroup ${name} not found`);
}

/** One of a few words, as AWS has them. */
export function verifyWord(name: string, got: string | undefined, words: readonly string[]): void {
  if (got === undefined || !words.includes(got))
    throw invalid(`${name} must be one of: ${words.join(', ')}; got: ${got}`);
}

export const toTemplate = ({ plan }: Fleet, { number }: TemplateVersion): schemas.LaunchTemplateSpecification => ({
  LaunchTemplateId: plan.group.launchTemplate.id,
  LaunchTemplateName: plan.group.launchTemplate.name,
  Version: String(number),
});

/** What the group launches: by itself, or by its mix of types. */
export function toLaunch(fleet: Fleet, version: TemplateVersion): schemas.DesiredConfiguration {
  const { mix } = fleet.plan.group;
  const of = toTemplate(fleet, version);
  if (!mix) return { LaunchTemplate: of };
  const LaunchTemplate = { LaunchTemplateSpecification: of, Overrides: [...mix.overrides] };
  return { MixedInstancesPolicy: { LaunchTemplate, InstancesDistribution: mix.distribution } };
}
