// How much CloudWatch Logs takes at once, and the next such batch of what waits.
import type { LogEvent } from './log-event';

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const limits = {
  batchEvents: 10_000,
  /** Of UTF-8, with the overhead of each event. */
  batchBytes: 1_048_576,
  overheadBytes: 26,
  /** Of one event. AWS says 1 MB: the smaller of both that can be meant, with its overhead. */
  eventBytes: 1_000_000,
  /** Between the first and the last of a batch. */
  spanMs: 24 * 3600 * 1000,
} as const;

/** What one event counts for in a batch. */
export const sizeOf = ({ message }: LogEvent): number => Buffer.byteLength(message) + limits.overheadBytes;

const mark = '… (cut)';

/** The event, with the end of its message cut off where it is too long. */
export function cut(event: LogEvent): LogEvent {
  // A UTF-16 unit is three bytes at most: only what can be too long is measured.
  const room = limits.eventBytes - limits.overheadBytes;
  if (event.message.length * 3 <= room || Buffer.byteLength(event.message) <= room) return event;
  const bytes = Buffer.from(event.message);
  let end = room - Buffer.byteLength(mark);
  // Not within a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { ...event, message: bytes.toString('utf8', 0, end) + mark };
}

/** How many of the events, from the first, go into one batch; of those that `cut` has seen, at least one. */
export function countBatch(events: readonly LogEvent[]): number {
  let bytes = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, event] of events.entries()) {
    bytes += sizeOf(event);
    first = Math.min(first, event.timestamp);
    last = Math.max(last, event.timestamp);
    if (index === limits.batchEvents || bytes > limits.batchBytes || last - first > limits.spanMs) return index;
  }
  return events.length;
}

/** A clock is set while a clone boots, and the journal keeps the order of what was said; AWS wants that of the times. */
export const toOrder = (events: readonly LogEvent[]): LogEvent[] =>
  [...events].sort((one, other) => one.timestamp - other.timestamp);
