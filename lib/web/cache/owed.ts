// Changes that the cache could not be told of: told as soon as it answers again, for until then others read the old.
import { setTimeout as sleep } from 'node:timers/promises';

/** More than a clone changes while a cache fails over; what is beyond goes by its lifetime. */
const most = 10_000;

const pauseMilliseconds = 250;

export class Owed {
  readonly #changes = new Map<string, () => Promise<unknown>>();
  #telling: Promise<void> | undefined;

  /** Whether the cache may hold something older under this name: then it is not asked. */
  has(name: string): boolean {
    return this.#changes.size > 0 && this.#changes.has(name);
  }

  /** @param tell what has come since must not be lost by it, however late it is */
  add(name: string, tell: () => Promise<unknown>): void {
    if (this.#changes.size < most) this.#changes.set(name, tell);
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
  }

  async #tellAll(): Promise<void> {
    while (this.#changes.size > 0) {
      await sleep(pauseMilliseconds, undefined, { ref: false });
      for (const [name, tell] of [...this.#changes]) {
        const isTold = await tell().then(
          () => true,
          () => false,
        );
        // Owed again meanwhile.
        if (this.#changes.get(name) !== tell) continue;
        this.#changes.delete(name);
        if (isTold) continue;
        // Likely still away: later, and another one first, should it be this one that the cache refuses.
        this.#changes.set(name, tell);
        break;
      }
    }
  }
}
