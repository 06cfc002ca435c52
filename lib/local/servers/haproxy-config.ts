// HAProxy's configuration for a listener and its target group: what an Application Load Balancer would do, as text.
import { OperatorError } from '../../config/operator-error';
import type { LoadBalancerPlan, TargetGroupPlan } from '../plan/load-balancer';

export interface HaproxyOptions {
  readonly port: number;
  readonly loadBalancer: LoadBalancerPlan;
  readonly targetGroup: TargetGroupPlan;
  /** How many targets there can be at once. */
  readonly slots: number;
}

/** What HAProxy calls each of ELB's algorithms. */
const balance: Readonly<Record<string, string>> = {
  round_robin: 'roundrobin',
  weighted_random: 'random',
  least_outstanding_requests: 'leastconn',
};

/** Rules that are set while it runs, a line each: a path's pattern, and a page in base64. In the folder that it is started in. */
export const rulesFile = 'rules.map';

/** Takes the path of the admin socket. */
export function toConfig(options: HaproxyOptions, socket: string): string {
  const { loadBalancer, targetGroup } = options;
  const { healthCheck } = targetGroup;
  const algorithm = balance[targetGroup.algorithm];
  if (!algorithm) {
    const known = Object.keys(balance).join(', ');
    throw new OperatorError(`target group: its algorithm must be one of ${known}, got: ${targetGroup.algorithm}`);
  }
  const idle = loadBalancer.idleTimeoutSeconds;
  const quoted = (text: string): string => {
    if (/\p{Cc}/u.test(text))
      throw new OperatorError(`target group: must hold no control characters, got: ${JSON.stringify(text)}`);
    return `'${text.replaceAll("'", "'\\''")}'`;
  };
  return `global
  stats socket ${quoted(socket)} mode 600 level admin
  maxconn 4096
  # Where the limit on open files is lower, serve fewer; do not refuse to start.
  no strict-limits
defaults
  mode http
  # An Application Load Balancer tries no second target either: what fails here would fail there.
  retries 0
  option forwardfor
  timeout connect 5s
  timeout client ${idle}s
  timeout server ${idle}s
  timeout http-keep-alive ${idle}s
frontend listener
  bind 127.0.0.1:${options.port}
  http-request set-header x-forwarded-proto http
  # A fixed response of a rule; of several the first that fits.
  http-request return status 503 content-type text/html lf-string "%[path,map_reg(${rulesFile}),b64dec]" if { path,map_reg(${rulesFile}) -m found }
  default_backend targets
backend targets
  balance ${algorithm}
  option httpchk
  http-check send meth GET uri ${quoted(healthCheck.path)} ver HTTP/1.1 hdr host clone hdr user-agent ELB-HealthChecker/2.0
  http-check expect status ${quoted(healthCheck.matcher)}
  timeout check ${healthCheck.timeoutSeconds}s
  default-server check inter ${healthCheck.intervalSeconds}s rise ${healthCheck.healthyThreshold} fall ${healthCheck.unhealthyThreshold}
  server-template clone 1-${options.slots} 127.0.0.1:1 disabled
`;
}
