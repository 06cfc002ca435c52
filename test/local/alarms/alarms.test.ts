// The alarms of dev's own templates follow what is measured.
import { type Measured, measure } from './measured';

let measured: Measured;

beforeEach(() => {
  measured = measure();
});

const changes = (part: string) =>
  measured.alarms.changes.filter(({ alarm }) => alarm.includes(part)).map(({ to }) => to.state);

const told = (part: string) => measured.events.filter((text) => text.includes(part));

test('at the start nobody knows, and once a period is over all is well', async () => {
  await measured.pass(60);
  expect(new Set(measured.alarms.all.map(({ state }) => state))).toEqual(new Set(['INSUFFICIENT_DATA']));
  await measured.pass(60);
  for (const part of ['errors', 'unhealthy', 'healthy', 'refused', 'headroom']) {
    expect([part, measured.find(`fleetalarms${part}`).state]).toEqual([part, 'OK']);
  }
  expect(told('fleetalarms')).toEqual([]);
});

test('more than one error of a hundred answers for three minutes of five is an alarm, and the end of it is told', async () => {
  const visit = (errors: number) => () => {
    measured.counted.requests += 20;
    measured.counted.errors += errors;
  };
  await measured.pass(120, visit(0));
  await measured.pass(180, visit(1));
  expect(measured.find('fleetalarmserrors').state).toBe('OK');
  await measured.pass(10, visit(0));
  expect(measured.find('fleetalarmserrors').state).toBe('ALARM');
  await measured.pass(240, visit(0));
  expect(changes('fleetalarmserrors')).toEqual(['OK', 'ALARM', 'OK']);
  expect(told('fleetalarmserrors')).toEqual([
    expect.stringMatching(/^alarm .*fleetalarmserrors.* is ALARM: Threshold Crossed/),
    expect.stringMatching(/^alarm .*fleetalarmserrors.* is OK: Threshold Crossed/),
  ]);
});

test('errors of a few requests are none', async () => {
  await measured.pass(600, () => {
    measured.counted.requests += 1;
    measured.counted.errors += 1;
  });
  expect(measured.find('fleetalarmserrors').state).toBe('OK');
});

test('what the load balancer answers itself for want of clones is another alarm', async () => {
  await measured.pass(300, () => {
    measured.counted.own += 5;
  });
  expect(measured.find('fleetalarmsrefused').state).toBe('ALARM');
});

test('clones that fail their check for five minutes are one, too few that pass it another', async () => {
  measured.targets[1] = 'down';
  await measured.pass(310);
  expect(measured.find('fleetalarmsunhealthy').state).toBe('ALARM');
  expect(measured.find('fleetalarmshealthy').state).toBe('ALARM');
});

test('what this machine does not measure stays unknown, a percentile of an average among it', async () => {
  await measured.pass(600);
  expect(measured.find('fleetalarmsslow')).toMatchObject({
    state: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
  });
  expect(measured.find('processor').state).toBe('INSUFFICIENT_DATA');
});

test('a state that somebody set holds until the next period is over', async () => {
  await measured.pass(130);
  const { name } = measured.find('fleetalarmserrors').plan;
  measured.alarms.set(name, 'ALARM', 'a drill');
  await measured.pass(40);
  expect(measured.find('fleetalarmserrors')).toMatchObject({ state: 'ALARM', reason: 'a drill' });
  await measured.pass(20);
  expect(measured.find('fleetalarmserrors').state).toBe('OK');
});
