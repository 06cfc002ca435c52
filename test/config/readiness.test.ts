// One number and what follows from it: the inequalities that outages taught.
import { watchSeconds } from '../../lib/config/names';
import { deriveReadiness, toRollSeconds, toSurge } from '../../lib/config/readiness';

test('the times of a clone that is ready within three minutes are these', () => {
  expect(deriveReadiness(180)).toEqual({
    readyWithinSeconds: 180,
    healthCheck: { intervalSeconds: 10, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
    healthySeconds: 25,
    graceSeconds: 55,
    warmUpSeconds: 25,
    deregistrationSeconds: 30,
    drainSeconds: 25,
    stopSeconds: 60,
    stopHookSeconds: 75,
    idleTimeoutSeconds: 60,
    keepAliveSeconds: 72,
  });
});

describe.each([30, 60, 90, 120, 180, 300, 600, 3600, 7200])('ready within %i s', (readyWithinSeconds) => {
  const times = deriveReadiness(readyWithinSeconds);
  const { intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = times.healthCheck;

  test('the load balancer takes the health check', () => {
    expect(intervalSeconds).toBeGreaterThanOrEqual(5);
    expect(intervalSeconds).toBeLessThanOrEqual(300);
    expect(timeoutSeconds).toBeGreaterThanOrEqual(2);
    expect(timeoutSeconds).toBeLessThan(intervalSeconds);
  });

  test('a clone outlives the load balancer’s idle connections', () => {
    expect(times.keepAliveSeconds).toBeGreaterThan(times.idleTimeoutSeconds);
  });

  test('a clone answers until the load balancer has surely left it', () => {
    expect(times.drainSeconds).toBeGreaterThanOrEqual(intervalSeconds * unhealthyThreshold + timeoutSeconds);
  });

  test('a clone is not cut before the load balancer has let it go', () => {
    expect(times.stopSeconds).toBeGreaterThan(times.deregistrationSeconds);
    expect(times.stopSeconds).toBeGreaterThan(times.drainSeconds);
  });

  test('a group waits for a clone that must go until it has heard of it and stopped', () => {
    expect(times.stopHookSeconds).toBeGreaterThan(watchSeconds + times.stopSeconds);
    // What AWS takes for a hook.
    expect(times.stopHookSeconds).toBeGreaterThanOrEqual(30);
    expect(times.stopHookSeconds).toBeLessThanOrEqual(7200);
  });

  test('a new clone has time to be found healthy before it can be killed', () => {
    expect(times.healthySeconds).toBeGreaterThanOrEqual(intervalSeconds * healthyThreshold);
    expect(times.graceSeconds).toBeGreaterThan(times.healthySeconds);
  });

  test('a roll goes on only after the load balancer can have found the clone healthy', () => {
    expect(times.warmUpSeconds).toBeGreaterThanOrEqual(times.healthySeconds);
  });
});

test('a roll takes as many waves as the clones that may be launched at once ask for', () => {
  const times = deriveReadiness(180);
  const wave = toRollSeconds(times, 1, 200);
  expect(wave).toBe(180 + 25 + 90 + 30 + 75);
  expect(toRollSeconds(times, 4, 150)).toBe(2 * wave);
  expect(toRollSeconds(times, 5, 150)).toBe(3 * wave);
});

test('a group at its largest rolls above it', () => {
  expect(toSurge(2, 4)).toBe(6);
  expect(toSurge(3, 12)).toBe(17);
});
