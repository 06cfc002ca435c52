// HAProxy is told what the listener and target group say, and nothing else.
import { type HaproxyOptions, toConfig } from '../../../lib/local/servers/haproxy-config';
import { planWith } from '../planned';

const plan = planWith();
const options = (algorithm = 'round_robin') =>
  ({
    port: 8080,
    slots: 8,
    ...plan,
    targetGroup: { ...plan.targetGroup, algorithm },
  }) as unknown as HaproxyOptions;

test('health check, timeouts and algorithm are those of the target group', () => {
  const config = toConfig(options(), '/tmp/x.sock');
  expect(config).toContain('balance roundrobin');
  expect(config).toContain("http-check send meth GET uri '/-/live' ver HTTP/1.1");
  expect(config).toContain("http-check expect status '200'");
  expect(config).toContain('timeout check 2s');
  expect(config).toContain('default-server check inter 5s rise 2 fall 2');
  expect(config).toContain('server-template clone 1-8');
  expect(config).toContain('timeout client 60s');
});

test('it listens on loopback only and tries no second target, as an Application Load Balancer', () => {
  const config = toConfig(options(), '/tmp/x.sock');
  expect(config.match(/bind .*/g)).toEqual(['bind 127.0.0.1:8080']);
  expect(config).toContain('retries 0');
});

test.each([
  ['weighted_random', 'random'],
  ['least_outstanding_requests', 'leastconn'],
])('%s is %s', (algorithm, name) => {
  expect(toConfig(options(algorithm), '/tmp/x.sock')).toContain(`balance ${name}`);
});

test('an algorithm that nobody knows is refused by name', () => {
  expect(() => toConfig(options('sticky'), '/tmp/x.sock')).toThrow(
    'target group: its algorithm must be one of round_robin, weighted_random, least_outstanding_requests, got: sticky',
  );
});

test('a path that could break out of its line is quoted or refused', () => {
  const withPath = (path: string) => {
    const { healthCheck } = plan.targetGroup;
    return { ...options(), targetGroup: { ...plan.targetGroup, healthCheck: { ...healthCheck, path } } };
  };
  expect(toConfig(withPath("/a b#'c"), '/tmp/with space.sock')).toContain("uri '/a b#'\\''c' ver");
  expect(() => toConfig(withPath('/a\nbackend evil'), '/tmp/x.sock')).toThrow(
    'target group: must hold no control characters, got: "/a\\nbackend evil"',
  );
});
