// The failure an operator can mend: one sentence and an exit code. Every other error is a bug and keeps its stack trace.

/** Message: where, the rule, `got: …`, the remedy. Never a secret. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
  /** 1 it does not hold, 2 it was called wrongly, 3 where it works cannot be reached. */
  readonly exitCode: 1 | 2 | 3 = 1;
}

/** Where it works cannot be asked: nothing is known of whether it holds. */
export class Unreachable extends OperatorError {
  override readonly exitCode = 3;
}
