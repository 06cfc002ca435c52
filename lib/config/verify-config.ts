// The gate: whatever is deployed went through here. Shape first, then the rules; every problem is told at once.
import type { z } from 'zod';
import { ConfigError, type Problem } from './problem';
import { rules } from './rules';
import { type StageConfig, stageConfig } from './stage-config';

type Issue = z.core.$ZodIssue;

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);

/** What zod found, in our form. */
const toProblems = (issue: Issue, input: unknown): Problem[] => {
  const path = issue.path.join('.') || 'config';
  const got = valueAt(input, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key].join('.'),
        rule: 'is not a knob we have',
        got: valueAt(input, [...issue.path, key]),
        remedy: 'remove it, or look up the right name in lib/config/stage-config.ts',
      }));
    case 'invalid_value':
      return [{ path, rule: `must be one of ${issue.values.join(', ')}`, got, remedy: 'choose one of these' }];
    case 'invalid_type': {
      const expected = issue.expected === 'int' ? 'whole number' : issue.expected;
      return [
        {
          path,
          rule: `must be ${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected}`,
          got,
          remedy: got === undefined ? 'set it' : 'correct it',
        },
      ];
    }
    case 'custom':
      return [{ path, rule: issue.message, got, remedy: String(issue.params?.remedy ?? 'write it in that form') }];
    case 'too_small':
      return [{ path, rule: `must be at least ${issue.minimum}`, got, remedy: 'raise it' }];
    default:
      return [{ path, rule: issue.message, got, remedy: 'write it in that form' }];
  }
};

/**
 * The config, known to be good.
 * @throws ConfigError that names every problem. When the shape is wrong only that is told: rules need values to compare.
 */
export const verifyConfig = (input: unknown): StageConfig => {
  const parsed = stageConfig.safeParse(input);
  const problems = parsed.success
    ? rules.flatMap((rule) => rule(parsed.data))
    : parsed.error.issues.flatMap((issue) => toProblems(issue, input));
  if (parsed.success && problems.length === 0) return parsed.data;
  const stage = valueAt(input, ['stage']);
  throw new ConfigError(
    `The config of stage ${typeof stage === 'string' ? stage : '(unnamed)'} is not right`,
    problems,
  );
};
