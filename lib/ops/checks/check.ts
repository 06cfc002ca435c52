// One thing that must hold, and whether it does.

export interface Check {
  /** What it is about, e.g. `database clonekit-prod-primary: class`. */
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** What was found. */
  readonly got: string;
  /** What should be there. */
  readonly want?: string;
  /** What to do about it, unless it passes. */
  readonly remedy?: string;
}

export const pass = (name: string, got: string): Check => ({ name, outcome: 'pass', got });

export const fail = (name: string, got: string, want: string, remedy: string): Check => ({
  ...{ name, outcome: 'fail', got, want, remedy },
});

/** Nobody could look. @param remedy by itself the right to look, where that is what is missing */
export const unknown = (
  name: string,
  why: string,
  remedy = why.startsWith('needs ')
    ? 'give whoever looks the right: npx clonekit iam'
    : 'look again, or look at it by hand',
): Check => ({ name, outcome: 'unknown', got: why, remedy });

export const hold = (checks: readonly Check[]): boolean => checks.every(({ outcome }) => outcome === 'pass');
