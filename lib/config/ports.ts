// TCP ports of what a stage runs: literals, so that firewall rules and their auditors see numbers.

export const ports = {
  /** People reach the load balancer here without TLS: to be redirected, or to be served where https is refused. */
  http: 80,
  /** People reach the load balancer here; clones reach AWS's own API here. */
  https: 443,
  /** A clone listens here. Above 1023: the app runs without privileges. */
  clone: 8080,
  /** Both caches. Not 6379: a scan for the default port finds nothing. */
  cache: 6380,
  /** Primary and replicas. Not 3306, for the same reason. */
  database: 3307,
} as const;
