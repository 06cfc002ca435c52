// What an operator is told when AWS, or the way to it, refuses.
import { OperatorError, Unreachable } from '../config/operator-error';
import type { FailedCall } from './aws';
import type { Target } from './target';

interface SdkError extends FailedCall {
  readonly code?: string;
  readonly $metadata?: unknown;
}

const wantsCredentials =
  /^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|RequestExpired|AuthFailure|InvalidSignature|SignatureDoesNotMatch)/;

/** Whether this one call is not allowed; others may be. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(AccessDenied|UnauthorizedOperation|AuthorizationError)/.test(error.name) ||
    /is not authorized to perform/.test(error.message));

const isUnanswered = ({ code, name }: SdkError): boolean =>
  /^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|ECONNRESET|EAI_AGAIN|EPIPE|ENETUNREACH|EHOSTUNREACH)$/.test(code ?? '') ||
  name === 'TimeoutError';
const isWithoutCredentials = ({ name }: Error): boolean =>
  name === 'CredentialsProviderError' || wantsCredentials.test(name);
const isWithoutRegion = ({ message }: Error): boolean => /Region is missing/.test(message);
const isAskedTooMuch = ({ name }: Error): boolean =>
  /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled)/.test(name);

/** Whether the same question may be answered a little later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Error && (isUnanswered(error) || isAskedTooMuch(error));

/** Whether nothing at all can be asked because of it. */
export const isOfTheWay = (error: unknown): boolean =>
  error instanceof Error &&
  [isUnanswered, isWithoutCredentials, isWithoutRegion, isAskedTooMuch].some((isIt) => isIt(error));

/** A page of a proxy, or an error of a server that is none of AWS's: nothing was refused, and nothing is known. */
const isNotAws = ({ message, $metadata }: SdkError): boolean =>
  /parse error|Unexpected token|Deserialization error/i.test(message) && $metadata !== undefined;

/** One sentence for a failure of the way to AWS; anything else is a bug and stays as it is. */
export function toOperatorError(error: unknown, { stage, endpoint }: Target): unknown {
  if (!(error instanceof Error) || error instanceof OperatorError) return error;
  const { name, message, code, action, $metadata } = error as SdkError;
  const where = endpoint ? `the local fleet at ${endpoint}` : 'AWS';
  // What follows is for who writes clients.
  const [line = ''] = message.split('\n');
  const said = line.replace(/\.+$/, '');
  if (isWithoutCredentials(error)) {
    return new Unreachable(`${where}: valid credentials are needed, got: ${said}. Sign in, or set AWS_PROFILE`);
  }
  if (isWithoutRegion(error)) {
    return new Unreachable(`${where}: a region is needed, got: none. Set AWS_REGION to the region of stage ${stage}`);
  }
  if (isUnanswered(error)) {
    return new Unreachable(`${where} cannot be reached, got: ${code ?? name}. Check the network and the endpoint`);
  }
  if (isAskedTooMuch(error)) {
    return new Unreachable(`${where} is asked too much, got: ${name} for ${action}. Try again in a minute`);
  }
  if (isNotAws(error)) {
    return new Unreachable(
      `${where} must answer ${action ?? 'a call'} as AWS does, got: ${said}. Check the endpoint, and what is in between`,
    );
  }
  if (isDenied(error)) {
    return new OperatorError(`${where} refused, got: ${name}. It needs ${action}: have it allowed`);
  }
  return $metadata ? new OperatorError(`${where} refused ${action ?? 'a call'}, got: ${name}: ${said}`) : error;
}
