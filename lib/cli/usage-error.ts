// A command that was called in a way that it cannot do.
import { OperatorError } from '../config/operator-error';

export class UsageError extends OperatorError {
  override readonly exitCode = 2;
}
