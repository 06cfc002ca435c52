// What an operator is told when AWS, or the way to it, refuses.
import { OperatorError } from '../config/operator-error';
import type { Target } from './target';

interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: unknown;
}

/** One sentence for a failure of the way to AWS; anything else is a bug and stays as it is. */
export function toOperatorError(error: unknown, { stage, endpoint }: Target): unknown {
  if (!(error instanceof Error) || error instanceof OperatorError) return error;
  const { name, message, code, $metadata } = error as SdkError;
  const where = endpoint ? `the local fleet at ${endpoint}` : 'AWS';
  if (name === 'CredentialsProviderError' || /^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient)/.test(name)) {
    return new OperatorError(`${where}: valid credentials are needed, got: ${message}. Sign in, or set AWS_PROFILE`);
  }
  if (/Region is missing/.test(message)) {
    return new OperatorError(`${where}: a region is needed, got: none. Set AWS_REGION to the region of stage ${stage}`);
  }
  if (['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'EAI_AGAIN'].includes(code ?? '')) {
    return new OperatorError(`${where} cannot be reached, got: ${code}. Check the network and the endpoint`);
  }
  return $metadata ? new OperatorError(`${where} refused, got: ${name}: ${message}`) : error;
}
