// What a clone has said and AWS has not yet: bounded, so that it never takes the app's memory; the oldest goes first.
import { countBatch, cut, limits, sizeOf, toOrder } from './batch';
import type { LogEvent } from './log-event';

export interface Batch {
  /** In the order of their times. */
  readonly events: readonly LogEvent[];
  /** Where the journal goes on after all of them. */
  readonly cursor: string;
}

export interface BacklogOptions {
  /** Bytes, as AWS counts them; at least what one batch may have. */
  readonly maxBytes: number;
  /** What stands in the log where lines are missing. */
  readonly toMissing: (count: number, timestamp: number) => string;
}

export class Backlog {
  #events: LogEvent[] = [];
  /** The oldest's place; those before it have been taken or dropped. */
  #from = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(private readonly options: BacklogOptions) {}

  /** How many wait. */
  get length(): number {
    return this.#events.length - this.#from;
  }

  /** Whether waiting for more would not make the next batch any fuller. */
  get isFull(): boolean {
    return this.#bytes >= limits.batchBytes || this.length >= limits.batchEvents;
  }

  add(event: LogEvent): void {
    const added = cut(event);
    this.#events.push(added);
    this.#bytes += sizeOf(added);
    while (this.#bytes > this.options.maxBytes && this.length > 1) {
      this.#shift(1);
      this.#dropped += 1;
    }
  }

  /** The oldest that go into one batch; they wait no longer. Begins with how many are missing before them. */
  take(): Batch | undefined {
    const first = this.#events[this.#from];
    if (!first) return undefined;
    const missing = this.#dropped > 0 ? [this.#toMissing(first)] : [];
    const waiting = [...missing, ...this.#events.slice(this.#from, this.#from + limits.batchEvents)];
    const events = waiting.slice(0, countBatch(waiting));
    this.#dropped = 0;
    this.#shift(events.length - missing.length);
    return { events: toOrder(events), cursor: events.at(-1)?.cursor ?? first.cursor };
  }

  #toMissing({ timestamp, cursor }: LogEvent): LogEvent {
    return { timestamp, message: this.options.toMissing(this.#dropped, timestamp), cursor };
  }

  #shift(count: number): void {
    for (const event of this.#events.slice(this.#from, this.#from + count)) this.#bytes -= sizeOf(event);
    this.#events.fill(gone, this.#from, this.#from + count);
    this.#from += count;
    // Not at each: to move all the others costs as much as they are.
    if (this.#from < this.#events.length / 2) return;
    this.#events = this.#events.slice(this.#from);
    this.#from = 0;
  }
}

/** In the place of what is gone, so that its text is, too. */
const gone: LogEvent = { timestamp: 0, message: '', cursor: '' };
