// Who may ask the twin: programs of this machine, that sign, and that speak the version of the API which is answered.
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { AwsError, type Service } from './service';

/** A name may be made to mean this machine by whoever owns it; an address cannot. A machine of the fleet knows one of its own. */
export function verifyPlace(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== 'localhost' && !isIPv4(host)) throw notForOthers();
}

/** Any credentials do, but a page in a browser must not drive the fleet: it cannot sign, and it says where it is from. */
export function verifyProgram(request: IncomingMessage): void {
  if (request.headers.origin !== undefined) throw notForOthers();
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? '')) {
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
}

/** A client of another version of the API would read the answers of this one wrongly. */
export function verifyVersion({ namespace, protocol }: Service, given: string | null, action: string): void {
  if (protocol === 'json') {
    if (given === `${namespace}.${action}`) return;
    throw new AwsError('UnknownOperationException', `The service has no operation ${given || '(none)'}.`);
  }
  if (action === '') throw new AwsError('MissingAction', 'The request must contain the parameter Action');
  if (!given) throw new AwsError('MissingParameter', 'The request must contain the parameter Version');
  if (namespace.includes(`/${given}/`)) return;
  // EC2 knows its versions before it looks for the action, the others look for it in the version.
  throw protocol === 'ec2'
    ? new AwsError('NoSuchVersion', `The requested version (${given}) of service AmazonEC2 does not exist`)
    : new AwsError('InvalidAction', `Could not find operation ${action} for version ${given}`);
}

const notForOthers = (): AwsError =>
  new AwsError('AccessDenied', 'This endpoint answers programs on its own machine only.', 403);
