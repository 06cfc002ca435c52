// The id by which one request is found in every log it leaves a line in: the load balancer's, or one made here.
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** As an Application Load Balancer writes it, after what the client sent if that has a form of its own. */
const ofLoadBalancer = /(?:^|;\s*)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;

/** W3C Trace Context: version, trace, span, flags. */
const ofCaller = /^00-((?!0{32})[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Anything else is not believed: what is logged must be an id, whoever sent it.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function toTraceId({ 'x-amzn-trace-id': amazon, traceparent }: IncomingHttpHeaders): string {
  const given = typeof amazon === 'string' ? ofLoadBalancer.exec(amazon) : undefined;
  return given?.[1] ?? ofCaller.exec(String(traceparent))?.[1] ?? randomBytes(16).toString('hex');
}
