// What a clone's journal says, one entry at a time, as CloudWatch Logs takes it: a time and one line of JSON.

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
  /** Where the journal goes on after it. */
  readonly cursor: string;
}

/** As `journalctl --output=json --all` writes them: more fields than these, each of them text unless it is no UTF-8. */
interface Entry {
  readonly __REALTIME_TIMESTAMP: string;
  readonly __CURSOR: string;
  readonly MESSAGE?: Value | readonly Value[];
  readonly PRIORITY?: string;
  readonly SYSLOG_IDENTIFIER?: string;
  readonly _SYSTEMD_UNIT?: string;
}

/** Bytes that are no text are numbers; what the journal cannot show at all is null. */
type Value = string | readonly number[] | null;

/** The journal's priorities, from the most urgent, as the numbers that the app's log has for them. */
const levels = [60, 60, 60, 50, 40, 30, 30, 20];

/**
 * The app's line as it is, and so that of every program that says JSON; what others say, as a line of the same kind.
 * @returns undefined for what is no entry: the first line after an interruption can be half of one
 */
export function findLogEvent(line: string, clone: string): LogEvent | undefined {
  const entry = findObject(line) as Entry | undefined;
  const microseconds = Number(entry?.__REALTIME_TIMESTAMP);
  if (!entry?.__CURSOR || !Number.isFinite(microseconds)) return undefined;
  const timestamp = Math.floor(microseconds / 1000);
  const text = toText(entry.MESSAGE);
  const message = findObject(text) ? text : JSON.stringify(toLine(entry, { timestamp, clone, text }));
  return { timestamp, message, cursor: entry.__CURSOR };
}

interface Said {
  readonly timestamp: number;
  readonly clone: string;
  readonly text: string;
}

const toLine = (entry: Entry, { timestamp, clone, text }: Said): Record<string, unknown> => ({
  level: levels[Number(entry.PRIORITY ?? 6)] ?? 30,
  time: timestamp,
  clone,
  unit: entry._SYSTEMD_UNIT,
  identifier: entry.SYSLOG_IDENTIFIER,
  msg: text,
});

function findObject(text: string): object | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field can be there more than once: its values are lines then. */
function toText(message: Entry['MESSAGE']): string {
  if (message === undefined || message === null) return '';
  if (typeof message === 'string') return message;
  if (message.every((value) => typeof value === 'number')) return Buffer.from(message).toString();
  return (message as readonly Value[]).map(toText).join('\n');
}
