// What cdk-nag's four packs find in a stage, and which acknowledgements beside the constructs answer it.
import { type App, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, type NagPack, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

export const packs = {
  'AWS Solutions': () => new AwsSolutionsChecks(),
  'NIST 800-53 R5': () => new NIST80053R5Checks(),
  'PCI DSS 3.2.1': () => new PCIDSS321Checks(),
  HIPAA: () => new HIPAASecurityChecks(),
} as const satisfies Record<string, () => NagPack>;

export interface Finding {
  /** The rule, and in brackets what of it where it can be several: `AwsSolutions-IAM5[Action::s3:*]`. */
  readonly rule: string;
  /** Path of the resource. */
  readonly path: string;
  readonly says: string;
}

export interface Acknowledgement {
  readonly rule: string;
  /** Path of the construct it was written at: of the resource, or of one above it. */
  readonly path: string;
  readonly isAtStack: boolean;
  readonly reason: string;
}

export interface Judgement {
  /** Resources that were judged. */
  readonly resources: number;
  /** Found by a pack and acknowledged nowhere. */
  readonly left: readonly Finding[];
  /** Answers at least one finding, and is the nearest that does. */
  readonly used: readonly Acknowledgement[];
  readonly unused: readonly Acknowledgement[];
}

/** The app must be synthesized: some resources are made only then. */
export function judge(app: App): Judgement {
  const left = Object.values(packs).flatMap((make) => findWith(make(), app));
  const all = Object.values(packs).flatMap((make) => findWith(ignoringAcknowledgements(make()), app));
  const acknowledgements = listAcknowledgements(app);
  const used = new Set(all.map((finding) => findNearest(acknowledgements, finding)));
  return {
    resources: app.node.findAll().filter((node) => CfnResource.isCfnResource(node)).length,
    left,
    used: acknowledgements.filter((one) => used.has(one)),
    unused: acknowledgements.filter((one) => !used.has(one)),
  };
}

const findWith = (pack: NagPack, app: App): Finding[] =>
  pack
    .validateScope(app)
    .violations.flatMap(({ ruleName, description, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '', says: description })),
    );

/** A pack leaves out what is acknowledged, and says nothing of it. */
const ignoringAcknowledgements = (pack: NagPack): NagPack => {
  if (!('isAcknowledged' in pack)) throw new Error('cdk-nag asks in another way now whether a finding is acknowledged');
  return Object.assign(pack, { isAcknowledged: () => false });
};

/** What answers core's own validation of templates; CDK writes some of these itself. */
const ofCore = 'CloudFormation-Validate::';

/**
 * As core writes them: one object of ids and reasons per call, at the construct. Core puts `Annotation::` before an id
 * without a namespace, which is the only form the packs read; with another namespace it answers no finding.
 */
const listAcknowledgements = (app: App): Acknowledgement[] =>
  app.node.findAll().flatMap((construct: IConstruct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([id]) => !id.startsWith(ofCore))
      .map(([id, reason]) => ({
        rule: id.replace(/^Annotation::/, ''),
        path: construct.node.path,
        isAtStack: Stack.isStack(construct) || construct === app,
        reason,
      })),
  );

const findNearest = (acknowledgements: readonly Acknowledgement[], { rule, path }: Finding) =>
  acknowledgements
    .filter((one) => one.rule === rule && (path === one.path || one.path === '' || path.startsWith(`${one.path}/`)))
    .reduce<Acknowledgement | undefined>(
      (best, one) => (best && best.path.length >= one.path.length ? best : one),
      undefined,
    );
