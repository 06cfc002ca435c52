// The failure an operator can mend: one sentence and exit 1. Every other error is a bug and keeps its stack trace.

/** Message: where, the rule, `got: …`, the remedy. Never a secret. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
