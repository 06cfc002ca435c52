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

/** Nobody could look. */
export const unknown = (name: string, why: string): Check => ({
  ...{ name, outcome: 'unknown', got: why, remedy: 'give whoever looks the right: npx clonekit iam' },
});

export const hold = (checks: readonly Check[]): boolean => checks.every(({ outcome }) => outcome === 'pass');
