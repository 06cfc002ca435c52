// A plugin of CDK's validation: refuses at synth what AWS would refuse at deploy, or what an outage would teach.
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolatingResource,
  PolicyViolation,
} from 'aws-cdk-lib';
import { findFaults } from './acknowledgements';
import { type Finding, type Refusal, toSentence } from './refusal';
import { refusals } from './rules';
import { movedStatefulId } from './rules/moved-stateful-id';
import { readStatefulIds } from './stateful-ids-file';
import { readViews } from './synthesized';
import { ResourceView, type TemplateView } from './template-view';

export interface RefusalsProps {
  /**
   * What is refused.
   * @default refusals - everything we know; a fork adds its own with `[...refusals, mine]`
   */
  readonly rules?: readonly Refusal[];
  /**
   * Path of the lock of stateful ids, a file that is committed; it need not be there yet.
   * @default - stateful ids are not locked
   */
  readonly lockFile?: string;
}

const toResource = ({ at, path }: Finding): PolicyViolatingResource =>
  at instanceof ResourceView
    ? { resourceLogicalId: at.logicalId, templatePath: at.stack.templatePath, locations: [path] }
    : { constructPath: at.constructPath, templatePath: at.templatePath, locations: [path] };

const toViolation = (rule: Refusal, finding: Finding): PolicyViolation => ({
  ruleName: rule.name,
  description: toSentence(rule, finding),
  fix: finding.remedy ?? rule.remedy,
  // Without it, CDK counts the whole report as good once any finding is acknowledged.
  severity: 'error',
  violatingResources: [toResource(finding)],
});

/** Whoever must break a rule says so where it is broken: `Validations.of(x).acknowledge({ id: 'clonekit::…', reason })`. */
export class Refusals implements IPolicyValidationPlugin {
  readonly name = 'clonekit';
  readonly version = '0.1.0';
  readonly ruleIds: string[];
  private readonly rules: readonly Refusal[];

  constructor({ rules = refusals, lockFile }: RefusalsProps = {}) {
    this.rules = lockFile === undefined ? rules : [...rules, movedStatefulId(readStatefulIds(lockFile))];
    this.ruleIds = this.rules.map(({ name }) => name);
    const twice = this.ruleIds.find((name, index) => this.ruleIds.indexOf(name) < index);
    if (twice !== undefined) throw new Error(`rules must have a name each; got: ${twice} twice; rename one`);
  }

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const views = readViews(context);
    const violations = [
      ...this.rules.flatMap((rule) => views.flatMap((view) => this.find(rule, view))),
      ...findFaults(context.appConstruct, this.name, this.ruleIds),
    ];
    return { success: violations.length === 0, violations };
  }

  private find(rule: Refusal, view: TemplateView): PolicyViolation[] {
    try {
      return rule.find(view).map((finding) => toViolation(rule, finding));
    } catch (error) {
      throw new Error(`rule ${rule.name}: ${(error as Error).message}`, { cause: error });
    }
  }
}
