// The plan of a stage from its real synthesized templates: shared by the tests of lib/local.

import { stackName, stackParts } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type FleetPlan, toPlan } from '../../lib/local/plan';
import type { Templates } from '../../lib/local/template';
import { synthesize } from '../stacks/synthesized';

export const toTemplates = (config: StageConfig): Templates => {
  const { templates } = synthesize(config);
  return Object.fromEntries(stackParts.map((part) => [stackName(config.stage, part), templates[part]])) as Templates;
};

/** dev, changed, synthesized and planned. */
export const planWith = (change: (config: StageConfig) => void = () => {}): FleetPlan => {
  const config = structuredClone(getStages('dev')[0] as StageConfig);
  change(config);
  return toPlan(config.stage, config.region, toTemplates(config));
};
