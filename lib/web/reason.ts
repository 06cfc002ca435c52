// Why something failed, in one line for the log: messages only, for what drivers attach may hold credentials.

export function toReason(error: unknown): string {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: unknown };
  // Some errors have no message: connecting to a name with several addresses, say.
  return [message || code || String(error), cause ? toReason(cause) : ''].filter(Boolean).join(': ');
}
