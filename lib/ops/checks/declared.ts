// What the synthesized templates declare, by the physical ids that CloudFormation gave to it.
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { Aws } from '../aws';

export interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
}

/** By stack name. */
export type Templates = Readonly<Record<string, Template>>;

export interface Declared {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Undefined where the stack has no such resource. */
  readonly physicalId: string | undefined;
  /** A literal at a path of properties, or what a `Ref` in the same stack stands for; undefined for every other expression. */
  readonly literal: (path: string) => string | undefined;
}

async function readPhysicalIds(aws: Aws, StackName: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const page of paginateListStackResources({ client: aws.of(CloudFormationClient) }, { StackName })) {
    for (const { LogicalResourceId = '', PhysicalResourceId } of page.StackResourceSummaries ?? []) {
      if (PhysicalResourceId) found.set(LogicalResourceId, PhysicalResourceId);
    }
  }
  return found;
}

const toLiteral = (value: unknown, ids: ReadonlyMap<string, string>): string | undefined => {
  if (typeof value !== 'object' || value === null)
    return value === undefined || value === null ? undefined : String(value);
  const { Ref } = value as { Ref?: string };
  return Ref === undefined ? undefined : ids.get(Ref);
};

/** Every resource of every stack. */
export async function readDeclared(aws: Aws, templates: Templates): Promise<Declared[]> {
  const stacks = await Promise.all(
    Object.entries(templates).map(async ([stack, { Resources }]) => {
      const ids = await readPhysicalIds(aws, stack);
      return Object.entries(Resources).map(
        ([logicalId, { Type, Properties }]): Declared => ({
          ...{ stack, logicalId, type: Type, physicalId: ids.get(logicalId) },
          literal: (path) => {
            let value: unknown = Properties;
            for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
            return toLiteral(value, ids);
          },
        }),
      );
    }),
  );
  return stacks.flat();
}
