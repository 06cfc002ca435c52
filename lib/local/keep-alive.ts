// Brings a server back when it dies, slower each time it dies again soon, and gives up when it will not stay.
import { setTimeout as delay } from 'node:timers/promises';

/** What is needed of any server to be kept alive. */
export interface Server {
  readonly process: { readonly exited: Promise<string> };
  /** Whether it was ended in order to be started again: that is no death. @default false */
  readonly isRestarting?: boolean;
  /** Starts it again where it was, with the data it had. */
  restart(): Promise<void>;
}

export interface KeepAliveOptions {
  /** What people call it. */
  readonly name: () => string;
  readonly server: Server;
  /** Aborted when it is not wanted any more, as when the fleet stops. */
  readonly stop: AbortSignal;
  /** Run once the server is back, before anybody is told. */
  readonly onBack: () => Promise<void>;
  readonly onEvent: (text: string) => void;
}

/** Deaths in a row, each soon after the one before, after which it is given up. */
const maxDeaths = 5;
const soonMs = 10_000;

/** Resolves when it is not wanted any more; rejects with why the server cannot be brought back. */
export async function keepAlive({ name, server, stop, onBack, onEvent }: KeepAliveOptions): Promise<void> {
  let hasFailed = false;
  for (let deaths = 0; !stop.aborted; ) {
    const since = Date.now();
    const how = await server.process.exited;
    if (stop.aborted) return;
    if (server.isRestarting && !hasFailed) {
      deaths = 0;
      onEvent(`${name()} was ended (${how}); it is started again`);
    } else {
      deaths = Date.now() - since < soonMs ? deaths + 1 : 1;
      onEvent(`${name()} died (${how}); it is started again`);
    }
    try {
      await delay(deaths < 2 ? 0 : 100 * 2 ** deaths, undefined, { signal: stop });
      await server.restart();
      await onBack();
      onEvent(`${name()} is back`);
      hasFailed = false;
    } catch (error) {
      if (stop.aborted) return;
      if (deaths >= maxDeaths) throw error;
      hasFailed = true;
      onEvent(`${name()} could not be started: ${(error as Error).message}`);
    }
  }
}
