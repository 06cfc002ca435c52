// What was measured is kept: counters by how much they grew, states as they were.
import { type Measured, measure } from '../../alarms/measured';

let measured: Measured;
const metric = (name: string) => {
  const found = measured.history.metrics.find((one) => one.name === name);
  if (!found) throw new Error(`${name} has no history`);
  return found;
};
const values = (name: string) => measured.history.find(metric(name)).map(({ value }) => value);

beforeEach(() => {
  measured = measure();
});

test('a counter is kept as what it grew by; one that fell began anew', async () => {
  measured.counted.requests = 5;
  await measured.pass(10);
  measured.counted.requests = 12;
  await measured.pass(10);
  measured.counted.requests = 3;
  await measured.pass(10);
  expect(values('RequestCount')).toEqual([5, 7, 3]);
});

test('what is asked for twice at once is measured once: its growth is told once', async () => {
  await measured.pass(10);
  measured.counted.requests = 4;
  await Promise.all([1, 2, 3].map(() => measured.history.findNow(metric('RequestCount'))));
  await measured.pass(10);
  expect(values('RequestCount').reduce((sum, value) => sum + value, 0)).toBe(4);
});

test('hosts are counted as the load balancer sees them', async () => {
  await measured.pass(10);
  measured.targets[0] = 'down';
  await measured.pass(10);
  expect([values('HealthyHostCount'), values('UnHealthyHostCount')]).toEqual([
    [2, 1],
    [0, 1],
  ]);
});

test('three hours are kept, and nothing of what has no figure', async () => {
  await measured.pass(4 * 3600);
  expect(values('RequestCount')).toHaveLength(3 * 360 + 1);
  const before = measured.history.metrics.length;
  await measured.history.findNow({ namespace: 'AWS/AutoScaling', name: 'GroupMinSize', dimensions: { any: 'x' } });
  await measured.history.findNow({ namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: {} });
  expect(measured.history.metrics).toHaveLength(before);
});
