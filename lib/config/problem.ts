// How a wrong value is told: where it is, which rule it breaks, what was found, and what to do about it.
import { OperatorError } from './operator-error';

export interface Problem {
  /** Path of the value, e.g. `clones.min`. */
  path: string;
  /** What must hold: the rest of a sentence that starts with the path. */
  rule: string;
  /** What was found instead. */
  got: unknown;
  /** What to change. */
  remedy: string;
}

const toText = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** One line: `clones.min must …; got: 5; remedy`. */
export const toLine = ({ path, rule, got, remedy }: Problem): string =>
  `${path} ${rule}; got: ${toText(got)}; ${remedy}`;

/** Every problem of one config, a line each. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';

  constructor(
    subject: string,
    readonly problems: readonly Problem[],
  ) {
    super([`${subject}:`, ...problems.map((problem) => `  ${toLine(problem)}`)].join('\n'));
  }
}
