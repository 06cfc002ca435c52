// The same read for many requests: those that ask before it has left share it, so none gets what was there before it came.

export class SharedReads {
  readonly #reads = new Map<string, Promise<unknown>>();

  /** @param read puts a command where it waits for the end of this turn of the event loop, as `gatherWrites` has it */
  share<T>(name: string, read: () => Promise<T>): Promise<T> {
    const shared = this.#reads.get(name);
    if (shared) return shared as Promise<T>;
    // Whoever asks in the next turn may have come after a write that this read does not see.
    if (this.#reads.size === 0) setImmediate(() => this.#reads.clear());
    const began = read();
    this.#reads.set(name, began);
    return began;
  }
}
