// The id of a request: the load balancer's, or the caller's, or one of our own.
import { toTraceId } from '../../../lib/web/telemetry/trace';

const root = '1-67891233-abcdef012345678912345678';
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

test.each([
  ['the load balancer made', { 'x-amzn-trace-id': `Root=${root}` }, root],
  ['the load balancer added to what came', { 'x-amzn-trace-id': `Self=1-6789-ab;Root=${root};CalledFrom=app` }, root],
  ['a caller brought', { traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
  [
    'the load balancer made, whatever a caller brought',
    { 'x-amzn-trace-id': `Root=${root}`, traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    root,
  ],
])('is what %s', (_what, headers, expected) => {
  expect(toTraceId(headers)).toBe(expected);
});

test.each([
  ['nothing', {}],
  ['text', { 'x-amzn-trace-id': 'Root="}\n{"level":60' }],
  ['too long', { 'x-amzn-trace-id': `Root=${root}0` }],
  ['zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['of another version', { traceparent: `01-${trace}-00f067aa0ba902b7-01` }],
])('is made here where what came is %s', (_what, headers) => {
  const [one, other] = [toTraceId(headers), toTraceId(headers)];
  expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(other).not.toBe(one);
});
