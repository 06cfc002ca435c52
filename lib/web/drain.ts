// The end of a clone without losing a request: first the load balancer lets go, then the server closes, then the rest.
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest time for requests under way, once the server no longer listens. */
const inFlightLimitMilliseconds = 30_000;

export class Drain {
  readonly #hurry = new AbortController();
  #draining = false;
  #ended: Promise<void> | undefined;

  /** While true the health check fails and answers ask to close their connection, but every request is answered. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** The first call begins, with the wait it asks for; any further one skips what is left of the wait. */
  end(waitSeconds: number, close: () => Promise<void>): Promise<void> {
    if (this.#ended) this.#hurry.abort();
    this.#draining = true;
    this.#ended ??= this.#wait(waitSeconds).then(close);
    return this.#ended;
  }

  async #wait(seconds: number): Promise<void> {
    if (seconds > 0) await sleep(seconds * 1_000, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }
}

/** Stops listening, lets requests under way finish, and ends whatever keeps a connection longer than the limit. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Node closes connections that are idle now; those that become idle later would stay for their keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const limit = setTimeout(() => server.closeAllConnections(), inFlightLimitMilliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(limit);
}
