// The parts of a fleet: started, told of, and from then on brought back when they die.
import { keepAlive, type Server } from './keep-alive';
import { Stopped } from './process';
import type { Processes } from './processes';
import type { Program } from './programs/program';

export interface PartsOptions {
  readonly processes: Processes;
  readonly isStopping: () => boolean;
  /** A part is up: its name, seconds it took, and what it is. */
  readonly onStarted: (name: string, seconds: number, detail: string) => void;
  /** Something died that could not be brought back. */
  readonly onFailed: (error: Error) => void;
  readonly onEvent: (text: string) => void;
}

/** One server of a part. */
export interface KeptServer {
  /** What people call it now: a standby that takes over is the primary from then on. */
  readonly name: () => string;
  readonly server: Server;
  /** Run once it is back, before anybody is told. @default - nothing */
  readonly onBack?: () => Promise<void>;
}

export class Parts {
  readonly #keeping: Promise<void>[] = [];

  constructor(private readonly options: PartsOptions) {}

  /** Starts one part, tells of it, and keeps each of its servers alive. */
  async start<T extends { stop(): Promise<void> }>(
    name: string,
    { flavour, version }: Program,
    start: () => Promise<T>,
    toServers: (part: T) => readonly KeptServer[],
  ): Promise<T> {
    const { isStopping, onStarted } = this.options;
    const began = Date.now();
    const part = await start();
    if (isStopping()) {
      await part.stop();
      throw new Stopped();
    }
    onStarted(name, (Date.now() - began) / 1000, `${flavour} ${version}`);
    for (const kept of toServers(part)) this.keepServer(kept);
    return part;
  }

  /** Brings it back when it dies. @returns a function to call before it is stopped for good */
  keepServer({ onBack = async () => {}, ...kept }: KeptServer): () => void {
    const { processes, onEvent } = this.options;
    const own = new AbortController();
    const stop = AbortSignal.any([processes.stop, own.signal]);
    this.keep(keepAlive({ ...kept, stop, onBack, onEvent }));
    return () => own.abort();
  }

  /** Work that goes on until the fleet stops; that it fails is told. */
  keep(work: Promise<void>): void {
    this.#keeping.push(work.catch((error) => this.options.onFailed(error)));
  }

  /** Waits for all; the first failure stops the others, and is told once they have ended. */
  async all(works: readonly Promise<unknown>[]): Promise<void> {
    try {
      await Promise.all(works);
    } catch (error) {
      this.options.processes.close();
      const ended = await Promise.allSettled(works);
      // Those that were stopped because of the first failure are not it.
      const failures = ended.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
      throw failures.find((failure) => !(failure instanceof Stopped)) ?? error;
    }
  }

  /** Once everything is stopped: nobody brings anything back any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#keeping);
  }
}
