// What a rule is: a function that knows one thing that must hold, and nothing of other rules.
import type { Problem } from './problem';
import type { StageConfig } from './stage-config';

/** Looks at a config of the right shape and tells what is wrong with it: nothing, one thing or several. */
export type Rule = (config: StageConfig) => Problem[];

/** No problem when `holds`, else this one. */
export const unless = (holds: boolean, problem: Problem): Problem[] => (holds ? [] : [problem]);
