// What people wrote to be let through: an acknowledgement of ours names a rule there is, and has a reason.
import { type PolicyViolation, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

interface Acknowledgement {
  readonly constructPath: string;
  readonly id: string;
  readonly reason: string;
}

const listAcknowledgements = (app: IConstruct): Acknowledgement[] =>
  app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => ({ constructPath: node.path, id, reason })),
  );

/** Words a reason has at least. */
const fewestWords = 3;

/** What is wrong with it, and what to write instead; undefined when nothing is, or it is not ours. */
function findFault(
  plugin: string,
  ruleNames: readonly string[],
  { id, reason }: Acknowledgement,
): string[] | undefined {
  const [namespace, name = ''] = id.split('::');
  // CDK takes an id without a plugin for one of its own annotations, and silences nothing.
  if (namespace === 'Annotation' && ruleNames.includes(name))
    return [`names no plugin; got: "${name}"`, `write ${plugin}::${name}`];
  if (namespace !== plugin) return undefined;
  if (!ruleNames.includes(name)) return [`must name a rule; got: "${id}"`, `use one of ${ruleNames.join(', ')}`];
  if (reason.trim().split(/\s+/).length >= fewestWords) return undefined;
  return [`of ${id} must have a reason of at least three words; got: "${reason}"`, 'write why this can go without'];
}

export const findFaults = (app: IConstruct, plugin: string, ruleNames: readonly string[]): PolicyViolation[] =>
  listAcknowledgements(app).flatMap((one) => {
    const [fault, fix] = findFault(plugin, ruleNames, one) ?? [];
    if (fault === undefined) return [];
    return [
      {
        ruleName: 'acknowledgement',
        description: `the acknowledgement ${fault}`,
        fix,
        severity: 'error',
        violatingResources: [{ constructPath: one.constructPath, locations: [] }],
      },
    ];
  });
