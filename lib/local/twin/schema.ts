// The schema of one action, from the SDK client that speaks it.
import { NormalizedSchema } from '@smithy/core/schema';

export interface ActionSchema {
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/** Static operation schemas of the SDK: [kind, namespace, name, traits, () => input, () => output]. */
type OperationTuple = [9, string, string, unknown, () => never, () => never];

export function findActionSchema(schemas: object, action: string): ActionSchema | undefined {
  const tuple = (schemas as Record<string, unknown>)[`${action}$`] as OperationTuple | undefined;
  if (!Array.isArray(tuple) || tuple[0] !== 9) return undefined;
  return { input: NormalizedSchema.of(tuple[4]()), output: NormalizedSchema.of(tuple[5]()) };
}
