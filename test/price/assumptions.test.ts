// The sentences below an estimate say the numbers it is made with.
import { assumptions, natGB, notCounted, spotPercent, traffic } from '../../lib/price/assumptions';

test('every number that is assumed is told', () => {
  const text = assumptions.join('\n');
  for (const told of [
    '730 hours a month at clones.min',
    `${traffic.outGB} GB to people in ${traffic.requestMillions} million answers, ${natGB} GB through NAT`,
    '1 % changes a day',
    `Spot at ${spotPercent} %`,
  ]) {
    expect(text).toContain(told);
  }
});

test('what could cost more than it says is told', () => {
  expect(notCounted.join('\n')).toContain('sessions.durability sync');
});
