// A group that launches whatever version of its template is newest, or is the default.
import type { Refusal } from '../refusal';

const paths = ['Properties.LaunchTemplate', 'Properties.MixedInstancesPolicy'];

/** Every version in it: a mixed group has one per type that it may launch. */
const listVersions = (value: unknown): unknown[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, item]) => (key === 'Version' ? [item] : listVersions(item)));

/** The default of a template that CloudFormation made is its first version for ever. */
const isMoving = (version: unknown): boolean =>
  version === '$Latest' || version === '$Default' || JSON.stringify(version ?? null).includes('DefaultVersionNumber');

export const latestTemplateVersion: Refusal = {
  name: 'latest-template-version',
  prevents: 'a new template changes nothing in the group: nothing rolls, and there is no version to go back to',
  remedy: 'give the number: latestVersionNumber of the launch template',
  find: (view) =>
    view.ofType('AWS::AutoScaling::AutoScalingGroup').flatMap((at) =>
      paths.flatMap((path) =>
        listVersions(at.at(path))
          .filter(isMoving)
          .map((got) => ({ at, path, must: 'must have the number of a version', got })),
      ),
    ),
};
