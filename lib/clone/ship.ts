// A clone's journal leaves the clone: what it says is in CloudWatch Logs a second later, also when the clone is gone.
import { Backlog } from './backlog';
import { readLines } from './lines';
import { findLogEvent } from './log-event';
import { pause, Sender, type SenderOptions } from './sender';

export interface ShipOptions extends Omit<SenderOptions, 'ended' | 'sendingMs'> {
  readonly clone: string;
  /** Entries of the journal as JSON, one a line. */
  readonly entries: AsyncIterable<Buffer>;
  /** When the clone ends. */
  readonly stop: AbortSignal;
  /** How long entries are gathered. @default 1000 */
  readonly everyMs?: number;
  /** How much is kept while AWS does not take it, in bytes. @default 8 MiB */
  readonly maxBytes?: number;
  /** At the end: for last words to come through the journal, and for AWS to take them. @default 500 and 5000 */
  readonly lastMs?: { readonly words: number; readonly sending: number };
}

/** How often it is seen whether there is room for more. */
const roomMs = 10;

/** Resolves when there are no more entries, or the clone ends, with how many of them AWS does not have. */
export async function ship(options: ShipOptions): Promise<number> {
  const { clone, entries, log, stop, everyMs = 1000, maxBytes = 8 * 1024 * 1024 } = options;
  const { words, sending } = options.lastMs ?? { words: 500, sending: 5000 };
  const toMissing = (count: number, time: number): string =>
    JSON.stringify({ level: 40, time, clone, program: 'ship', msg: `lines are missing here: ${count}; AWS was away` });
  const backlog = new Backlog({ maxBytes, toMissing });
  const ended = new AbortController();
  const sender = new Sender({ ...options, ended: ended.signal, sendingMs: sending });
  let due = new AbortController();

  const gather = async (): Promise<void> => {
    for await (const line of readLines(entries)) {
      const event = findLogEvent(line, clone);
      if (event) backlog.add(event);
      if (backlog.isFull) due.abort();
      // What AWS will take is safe in the journal until then; while AWS is away, the journal may lose it and not say so.
      while (backlog.isFull && !sender.isAway && !ended.signal.aborted) await pause(roomMs, ended.signal);
    }
  };
  const end = (): void => {
    ended.abort();
    due.abort();
  };
  gather()
    .catch((error: Error) => {
      if (!ended.signal.aborted) log('error', `the journal cannot be read: ${error.message}`);
    })
    .then(end);
  const onStop = (): void => void pause(words, ended.signal).then(end);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();

  let lost = 0;
  while (!ended.signal.aborted || backlog.length > 0) {
    due = new AbortController();
    if (!backlog.isFull && !ended.signal.aborted) await pause(everyMs, due.signal);
    const batch = backlog.take();
    if (batch && !(await sender.send(batch))) lost += batch.events.length;
  }
  return lost;
}
