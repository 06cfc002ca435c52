// Whether a resource, or a snapshot of it, outlives its place in the template: when it is removed and when it is replaced.
import type { Finding } from './refusal';
import type { ResourceView } from './template-view';

/** A finding per policy that is none of `allowed`. Both are needed: DeletionPolicy says nothing about a replacement. */
export const findUnkept = (
  resource: ResourceView,
  allowed: readonly string[],
  { deletionDefault }: { deletionDefault?: string } = {},
): Finding[] =>
  Object.entries({ DeletionPolicy: deletionDefault, UpdateReplacePolicy: undefined }).flatMap(([path, absent]) => {
    const policy = resource.isSet(path) ? resource.text(path) : (absent ?? 'Delete');
    const isKept = policy === undefined || policy === 'RetainExceptOnCreate' || allowed.includes(policy);
    return isKept ? [] : [{ at: resource, path, must: `must be ${allowed.join(' or ')}`, got: resource.at(path) }];
  });
