// Commands of all requests that the event loop has at hand go to a cache in one write: a write costs more than a command.
import type { Redis } from 'ioredis';

/** Nothing waits for more to come: what is gathered leaves before the loop looks for anything new. */
export function gatherWrites(client: Redis): void {
  client.on('connect', () => {
    const { stream } = client;
    const { write } = stream;
    stream.write = function gathered(...args: unknown[]): boolean {
      if (stream.writableCorked === 0) {
        stream.cork();
        setImmediate(() => stream.uncork());
      }
      return (write as (...args: unknown[]) => boolean).apply(stream, args);
    };
  });
}
