// What a database server does with writes: its own, which it may refuse, and those of whom it follows.
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetProcess } from '../process';
import type { Program } from '../programs/program';
import type { Source } from './database-flavour';
import { getFlavour } from './database-flavours';

/** What it needs of the server. */
interface Replicated {
  readonly program: Program;
  readonly process: FleetProcess;
  query(statement: string, timeoutMs?: number): Promise<Record<string, unknown>[]>;
}

export class Replication {
  constructor(private readonly server: Replicated) {}

  /** Takes no more writes, once those under way are done. @returns the position it has reached */
  async stopWrites(): Promise<string> {
    const { refuseWrites, position } = getFlavour(this.server.program);
    await this.server.query(refuseWrites);
    const [row] = await this.server.query(position);
    return String(Object.values(row ?? {})[0]);
  }

  async takeWrites(): Promise<void> {
    for (const statement of getFlavour(this.server.program).takeWrites) await this.server.query(statement);
  }

  /** Waits until it has everything up to that position. */
  async catchUp(position: string): Promise<void> {
    if (!(await this.has(position, 8))) throw this.server.process.toError('did not catch up within 8 s');
  }

  /** Whether it has everything up to that position, or has it within so many seconds. */
  async has(position: string, seconds = 0.001): Promise<boolean> {
    const [row] = await this.server.query(getFlavour(this.server.program).untilPosition(position, seconds));
    return Number(Object.values(row ?? {})[0]) === 0;
  }

  /** The last position that it was sent, whether it has done that yet or not. */
  async readReceived(): Promise<string> {
    const { columns } = getFlavour(this.server.program);
    return String((await this.#readStatus())?.[columns.received] ?? '');
  }

  /** Seconds a replica is behind its primary; undefined on a primary and while replication does not run. */
  async findLagSeconds(): Promise<number | undefined> {
    const { columns } = getFlavour(this.server.program);
    const row = await this.#readStatus();
    if (row?.[columns.io] !== 'Yes' || row[columns.sql] !== 'Yes' || row[columns.lag] === null) return undefined;
    return Number(row[columns.lag]);
  }

  async #readStatus(): Promise<Record<string, unknown> | undefined> {
    // Whoever asks about a fleet must not wait for one server that hangs.
    const [row] = await this.server.query(getFlavour(this.server.program).replicaStatus, 2000);
    return row;
  }

  /** Makes the server a read-only replica. */
  async follow(source: Source): Promise<void> {
    const { follow, refuseWrites } = getFlavour(this.server.program);
    for (const statement of follow(source)) await this.server.query(statement);
    await this.server.query(refuseWrites);
  }

  /** Waits until a replica has caught up: for as long as it takes while it follows, and half a minute for one that does not. */
  async untilLevel(): Promise<void> {
    const { process } = this.server;
    for (let lag: number | undefined; lag !== 0; ) {
      await process.untilHealthy(async () => {
        lag = await this.findLagSeconds();
        return lag !== undefined;
      }, 30_000);
      if (lag !== 0) await delay(20);
    }
  }

  /** Takes nothing more from whom it followed. */
  async unfollow(): Promise<void> {
    for (const statement of getFlavour(this.server.program).unfollow) await this.server.query(statement);
  }
}
