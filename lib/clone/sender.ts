// Gives batches to AWS, one after the other: patient while AWS is away, and quick once the clone ends.
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch } from './backlog';
import type { Log } from './log';
import type { LogStream } from './log-stream';

export interface SenderOptions {
  readonly stream: Pick<LogStream, 'put'>;
  readonly log: Log;
  /** Is told where the journal goes on after all that AWS has: who ships after this one begins there. */
  readonly onShipped: (cursor: string) => void;
  /** How long to wait before another try, at the first and at most. @default 500 and 30 000 */
  readonly againMs?: { readonly least: number; readonly most: number };
  /** From then on there is little time. */
  readonly ended: AbortSignal;
  /** So little. */
  readonly sendingMs: number;
}

/** Resolves when the time is over, or the signal says so. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

export class Sender {
  readonly #given = new AbortController();
  #trouble: string | undefined;
  #isAway = false;

  constructor(private readonly options: SenderOptions) {
    const { ended, sendingMs } = options;
    ended.addEventListener('abort', () => setTimeout(() => this.#given.abort(), sendingMs).unref(), { once: true });
  }

  /** Whether AWS did not take the last that it was given. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** False when it was given up: the time is over, and AWS does not have it. */
  async send({ events, cursor }: Batch): Promise<boolean> {
    const { stream, onShipped } = this.options;
    for (let failures = 0; !this.#given.signal.aborted; failures += 1) {
      try {
        const refused = await stream.put(events, this.#given.signal);
        this.#isAway = false;
        this.#say(refused && `AWS refuses lines of the log: ${refused}`);
        onShipped(cursor);
        return true;
      } catch (error) {
        if (this.#given.signal.aborted) break;
        this.#isAway = true;
        const { name, message } = error as Error;
        this.#say(`AWS does not take the log, it is tried again: ${name}: ${message}`);
        await this.#wait(failures);
      }
    }
    return false;
  }

  /** Once, until it changes: what is said here is a line of the log, too. */
  #say(trouble: string | undefined): void {
    if (trouble !== this.#trouble) this.options.log(trouble ? 'warn' : 'info', trouble ?? 'AWS takes the log again');
    this.#trouble = trouble;
  }

  /** By chance, so that the clones of a fleet do not all come at the same time. */
  #wait(failures: number): Promise<void> {
    const { ended, againMs: { least, most } = { least: 500, most: 30_000 } } = this.options;
    const longest = ended.aborted ? least : Math.min(most, least * 2 ** failures);
    return pause(longest * (0.5 + Math.random() / 2), ended.aborted ? this.#given.signal : ended);
  }
}
