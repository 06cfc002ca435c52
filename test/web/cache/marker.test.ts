// Markers: what a write leaves, and whether its position can be believed.
import {
  createNonce,
  isPending,
  isRecentDrop,
  settlePosition,
  toDropMarker,
  toMarker,
  toNonce,
  toPosition,
} from '../../../lib/web/cache/marker';

test('no two nonces are the same, and none needs quoting anywhere', () => {
  const nonces = Array.from({ length: 1_000 }, createNonce);
  expect(new Set(nonces).size).toBe(1_000);
  for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{12}$/);
});

test.each([
  ['', undefined, false],
  [toMarker('nonce', ''), undefined, false],
  [toMarker('nonce', '0-1-5'), '0-1-5', false],
  [toMarker('nonce', 'unknown'), 'unknown', false],
  [toMarker('nonce', 'pending'), 'unknown', true],
  [toDropMarker('nonce', '0-1-5'), '0-1-5', false],
])('after %j readers wait for %s', (marker, position, pending) => {
  expect([toPosition(marker), isPending(marker)]).toEqual([position, pending]);
  if (marker) expect(toNonce(marker)).toBe('nonce');
});

test.each([
  ['nothing', undefined, undefined, 'gtid'],
  ['a blank marker', toMarker('a', ''), undefined, 'gtid'],
  ['its own beginning', toMarker('a', 'pending'), 'a', 'gtid'],
  ['somebody’s beginning', toMarker('b', 'pending'), 'a', 'unknown'],
  ['somebody’s end', toMarker('b', 'gtid-b'), 'a', 'unknown'],
  ['an end, without a beginning of its own', toMarker('b', 'gtid-b'), undefined, 'unknown'],
])('where %s stood, a change leaves what it should', (_what, was, begun, position) => {
  expect(settlePosition(was, { nonce: 'c', position: 'gtid', begun })).toBe(position);
});

test('a drop is recent for ten minutes', () => {
  expect(isRecentDrop(toDropMarker('nonce', 'gtid'))).toBe(true);
  expect(isRecentDrop(`nonce gtid ${Date.now() - 601_000}`)).toBe(false);
  expect(isRecentDrop(toMarker('nonce', ''))).toBe(false);
});
