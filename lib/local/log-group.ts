// The log group of the clones: what each has said, in the file of its log, and what others write beside it.
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LogEvent {
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
  readonly id: string;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
}

/** Files of clones are those of their ids; of the other parts of a fleet none is a stream. */
const isClone = (name: string): boolean => /^i-[0-9a-f]{17}$/.test(name);
const ending = '.log';

export class LogGroup {
  readonly createdAt = Date.now();
  /** Streams that somebody made. */
  readonly #made = new Map<string, number>();

  constructor(
    readonly name: string,
    private readonly folder: string,
  ) {}

  get streams(): LogStream[] {
    const files = existsSync(this.folder) ? readdirSync(this.folder) : [];
    const clones = files.map((file) => file.slice(0, -ending.length)).filter(isClone);
    return [
      ...clones.map((name) => ({ name, createdAt: statSync(this.#fileOf(name)).birthtimeMs })),
      ...[...this.#made].map(([name, createdAt]) => ({ name, createdAt })),
    ].sort((a, b) => a.name.localeCompare(b.name));
  }

  has(name: string): boolean {
    return this.#made.has(name) || (isClone(name) && existsSync(this.#fileOf(name)));
  }

  create(name: string): void {
    this.#made.set(name, Date.now());
    writeFileSync(this.#fileOf(name), '', { mode: 0o600 });
  }

  put(name: string, events: readonly Pick<LogEvent, 'timestamp' | 'message'>[]): void {
    // The file of a clone holds what it said as it said it; its lines tell the time themselves.
    const isOwn = this.#made.has(name);
    const lines = events.map(
      ({ timestamp, message }) => `${isOwn ? JSON.stringify({ timestamp, message }) : message}\n`,
    );
    appendFileSync(this.#fileOf(name), lines.join(''), { mode: 0o600 });
  }

  /** In the order of time. */
  read(streams: readonly string[] | undefined): LogEvent[] {
    const wanted = streams ?? this.streams.map(({ name }) => name);
    const events = wanted.filter((name) => this.has(name)).flatMap((name) => this.#readStream(name));
    return events.sort((a, b) => a.timestamp - b.timestamp);
  }

  #readStream(stream: string): LogEvent[] {
    const file = this.#fileOf(stream);
    const isOwn = this.#made.has(stream);
    let last = statSync(file).birthtimeMs;
    return readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        if (line === '') return [];
        const { timestamp, message } = isOwn
          ? (JSON.parse(line) as LogEvent)
          : { timestamp: toTime(line) ?? last, message: line };
        // A line that tells no time was said after the one before it.
        last = timestamp;
        return [{ stream, timestamp: Math.floor(timestamp), message, id: `${stream}/${index}` }];
      });
  }

  #fileOf(name: string): string {
    return join(this.folder, `${isClone(name) ? name : `stream-${Buffer.from(name).toString('hex')}`}${ending}`);
  }
}

/** Of a line of JSON that says when. */
function toTime(line: string): number | undefined {
  const [, time] = /^\{.*?"time":("[^"]+"|\d+)/.exec(line) ?? [];
  if (time === undefined) return undefined;
  const at = time.startsWith('"') ? Date.parse(time.slice(1, -1)) : Number(time);
  return Number.isFinite(at) ? at : undefined;
}
