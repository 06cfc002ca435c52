// A database as the cache sees it: a primary, a replica that lags, and the rule that whoever waits for a position gets there.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Position, unknownPosition } from '../../../lib/web/database/dialect';

/** Rows that count how often they were written. */
export type Rows = readonly number[];

export class LaggingDatabase {
  /** The rows after each write; a position is an index of it. */
  readonly #history: Rows[];
  #replica = 0;

  /** @param lags whether the replica gets what is written only when it is told, or waited for */
  constructor(
    rows: number,
    private readonly lags: boolean,
  ) {
    this.#history = [Array.from({ length: rows }, () => 0)];
  }

  replicate(): void {
    this.#replica = this.#history.length - 1;
  }

  async write(row: number, milliseconds: number): Promise<{ position: Position; version: number }> {
    await sleep(milliseconds / 2);
    const version = (this.#history.at(-1)?.[row] ?? 0) + 1;
    this.#history.push((this.#history.at(-1) ?? []).map((old, at) => (at === row ? version : old)));
    const position = this.#history.length - 1;
    if (!this.lags) this.replicate();
    await sleep(milliseconds / 2);
    return { position: `gtid-${position}`, version };
  }

  async read(after: readonly Position[], milliseconds: number): Promise<Rows> {
    await sleep(milliseconds / 2);
    const indexes = after.map((position) => Number(position.slice('gtid-'.length)));
    if (!after.includes(unknownPosition)) this.#replica = Math.max(this.#replica, ...indexes);
    const rows = this.#history[after.includes(unknownPosition) ? this.#history.length - 1 : this.#replica];
    await sleep(milliseconds / 2);
    return rows ?? [];
  }
}
