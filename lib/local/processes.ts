// Every process of a fleet, from the moment it is started until it is gone: none can be forgotten.
import { EventEmitter } from 'node:events';
import { endNow, type ProcessRecord, toRecord } from './process-record';

interface ProcessesEvents {
  change: [];
}

export class Processes extends EventEmitter<ProcessesEvents> {
  readonly #records = new Map<number, ProcessRecord>();
  readonly #stop = new AbortController();

  /** Aborted when the fleet stops: nothing is started any more, and nobody waits for what was. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get records(): ProcessRecord[] {
    return [...this.#records.values()];
  }

  add(name: string, pid: number): void {
    this.#records.set(pid, toRecord(name, pid));
    this.emit('change');
  }

  remove(pid: number): void {
    this.#records.delete(pid);
    this.emit('change');
  }

  close(): void {
    this.#stop.abort();
  }

  /** Ends whatever is left, by force. */
  endAll(): void {
    for (const pid of this.#records.keys()) endNow(pid);
  }
}
