// The end of a clone without losing a request: first the load balancer lets go, then the server closes, then the rest.
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Kept of the time to stop for what comes after the last request: leaving the caches and the database. */
const leavingMilliseconds = 1_000;

export class Drain {
  readonly #hurry = new AbortController();
  #draining = false;
  #ended: Promise<void> | undefined;

  /** @param stopSeconds from the first call of `end` until whatever is still open is cut */
  constructor(private readonly stopSeconds: number) {}

  /** While true the health check fails and answers ask to close their connection, but every request is answered. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * The first call begins, with the wait it asks for; any further one skips what is left of the wait. Settles by the
   * time to stop, whether or not all has been closed then.
   * @param close gets how long requests under way may still take, in milliseconds
   */
  end(waitSeconds: number, close: (limitMilliseconds: number) => Promise<void>): Promise<void> {
    if (this.#ended) this.#hurry.abort();
    this.#draining = true;
    this.#ended ??= this.#run(waitSeconds * 1_000, close);
    return this.#ended;
  }

  async #run(waitMilliseconds: number, close: (limitMilliseconds: number) => Promise<void>): Promise<void> {
    const stop = performance.now() + this.stopSeconds * 1_000;
    if (waitMilliseconds > 0)
      await sleep(waitMilliseconds, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
    const left = Math.max(0, stop - performance.now());
    const closed = new AbortController();
    const cut = sleep(left, undefined, { signal: closed.signal }).catch(() => undefined);
    const closing = close(Math.max(0, left - leavingMilliseconds)).finally(() => closed.abort());
    await Promise.race([closing, cut]);
  }
}

/** Stops listening, lets requests under way finish, and ends whatever keeps a connection longer than the limit. */
export async function closeServer(server: Server, limitMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Node closes connections that are idle now; those that become idle later would stay for their keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const limit = setTimeout(() => server.closeAllConnections(), limitMilliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(limit);
}
