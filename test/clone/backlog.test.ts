// What waits to be sent: all of it once and in order, in batches that AWS takes, within a bound; else it is said what is missing.
import fc from 'fast-check';
import { Backlog, type Batch } from '../../lib/clone/backlog';
import { cut, limits, sizeOf } from '../../lib/clone/batch';
import type { LogEvent } from '../../lib/clone/log-event';

const toMissing = (count: number): string => `missing ${count}`;
const make = (maxBytes = Number.POSITIVE_INFINITY): Backlog => new Backlog({ maxBytes, toMissing });

const takeAll = (backlog: Backlog): Batch[] => {
  const batches: Batch[] = [];
  for (let batch = backlog.take(); batch; batch = backlog.take()) batches.push(batch);
  return batches;
};

const hour = 3600 * 1000;
const said = fc.record({
  timestamp: fc.integer({ min: 0, max: 40 * hour }),
  length: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100_000, max: 1_200_000 })),
});
/** Each has a cursor that says which it is. */
const events = fc
  .array(said, { maxLength: 30 })
  .map((all) => all.map(({ timestamp, length }, index) => toEvent(timestamp, 'x'.repeat(length), index)));

function toEvent(timestamp: number, message: string, index: number): LogEvent {
  return { timestamp, message, cursor: String(index) };
}

const bytesOf = (batch: Batch): number => batch.events.reduce((bytes, event) => bytes + sizeOf(event), 0);

test('every batch is one that AWS takes', () =>
  fc.assert(
    fc.property(events, (all) => {
      const backlog = make();
      for (const event of all) backlog.add(event);
      for (const batch of takeAll(backlog)) {
        const times = batch.events.map(({ timestamp }) => timestamp);
        expect(times).toEqual([...times].sort((one, other) => one - other));
        expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(24 * hour);
        expect(bytesOf(batch)).toBeLessThanOrEqual(1_048_576);
        expect(Math.max(...batch.events.map(({ message }) => Buffer.byteLength(message)))).toBeLessThanOrEqual(
          1_000_000,
        );
      }
    }),
    { numRuns: 30 },
  ));

test('all that was said is in the batches, once, and a cursor says how far', () =>
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 9 }), (all, every) => {
      const backlog = make();
      const batches: Batch[] = [];
      all.forEach((event, index) => {
        backlog.add(event);
        if (index % every === 0) batches.push(backlog.take() as Batch);
      });
      batches.push(...takeAll(backlog));
      expect(backlog.length).toBe(0);
      let next = 0;
      for (const batch of batches) {
        const indexes = batch.events.map(({ cursor }) => Number(cursor)).sort((one, other) => one - other);
        expect(indexes).toEqual(indexes.map((_, index) => next + index));
        next += indexes.length;
        expect(batch.cursor).toBe(String(next - 1));
      }
      expect(next).toBe(all.length);
    }),
    { numRuns: 30 },
  ));

test('a batch has ten thousand events at most', () => {
  const backlog = make();
  for (let index = 0; index < 20_001; index += 1) backlog.add(toEvent(0, 'x', index));
  expect(backlog.isFull).toBe(true);
  expect(takeAll(backlog).map((batch) => batch.events.length)).toEqual([10_000, 10_000, 1]);
});

test('above the bound the oldest go, and their number stands in their place', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
      const size = 100 + limits.overheadBytes;
      const backlog = make(10 * size);
      for (let index = 0; index < count; index += 1) backlog.add(toEvent(index, 'x'.repeat(100), index));
      const missing = Math.max(0, count - 10);
      const sent = takeAll(backlog).flatMap((batch) => batch.events);
      expect(sent.filter(({ message }) => message.startsWith('missing')).map(({ message }) => message)).toEqual(
        missing > 0 ? [`missing ${missing}`] : [],
      );
      expect(sent.filter(({ message }) => message.startsWith('x')).map(({ cursor }) => Number(cursor))).toEqual(
        Array.from({ length: count - missing }, (_, index) => missing + index),
      );
      expect(sent[0]?.message).toBe(missing > 0 ? `missing ${missing}` : 'x'.repeat(100));
      backlog.add(toEvent(0, 'later', 0));
      expect(backlog.take()?.events).toHaveLength(1);
    }),
  ));

test('what stands where lines are missing counts as one of the batch, and displaces none', () => {
  const size = 1 + limits.overheadBytes;
  const backlog = make(15_000 * size);
  for (let index = 0; index < 15_001; index += 1) backlog.add(toEvent(index, 'x', index));
  const [first, second, ...more] = takeAll(backlog);
  expect(more).toEqual([]);
  expect(first?.events.map(({ message }) => message).slice(0, 2)).toEqual(['missing 1', 'x']);
  expect(first?.events).toHaveLength(10_000);
  expect(first?.cursor).toBe('9999');
  expect(second?.events[0]?.cursor).toBe('10000');
  expect(second?.events).toHaveLength(5001);
});

test.each(['a', 'ä', '茶', '😀'])('a line of 2 MB of %s is cut between two characters, and says so', (character) => {
  const { message } = cut(toEvent(0, character.repeat(2_000_000 / Buffer.byteLength(character)), 0));
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_000_000 - 26);
  expect(Buffer.byteLength(message)).toBeGreaterThan(1_000_000 - 40);
  expect(message).toMatch(new RegExp(`^(${character})+… \\(cut\\)$`, 'u'));
});

test('a line that is just not too long is not cut', () => {
  const event = toEvent(0, 'ä'.repeat((1_000_000 - 26) / 2), 0);
  expect(cut(event)).toBe(event);
});
