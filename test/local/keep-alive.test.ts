// What is brought back when it dies, and when that is given up.
import { keepAlive, type Server } from '../../lib/local/keep-alive';

/** A process that ends once it is told how, and is another one each time it is started. */
class Told implements Server {
  isRestarting = false;
  starts = 0;
  die: (how: string) => void = () => {};
  process = this.#begin();

  #begin(): Server['process'] {
    const exited = new Promise<string>((resolve) => {
      this.die = resolve;
    });
    return { exited };
  }

  async restart(): Promise<void> {
    this.starts++;
    this.process = this.#begin();
  }
}

async function keep(server: Told, end: (server: Told, nth: number) => void, times: number): Promise<string[]> {
  const stop = new AbortController();
  const events: string[] = [];
  const kept = keepAlive({
    name: () => 'it',
    server,
    stop: stop.signal,
    onBack: async () => {
      if (server.starts < times) end(server, server.starts);
      else {
        stop.abort();
        server.die('stopped');
      }
    },
    onEvent: (text) => events.push(text),
  });
  end(server, 0);
  await kept;
  return events;
}

test('one that dies is started again, and both are told', async () => {
  const events = await keep(new Told(), (server) => server.die('exit code 1'), 1);
  expect(events).toEqual(['it died (exit code 1); it is started again', 'it is back']);
});

test('one that was ended in order to be started again did not die, however often', async () => {
  const server = new Told();
  server.isRestarting = true;
  const events = await keep(server, () => server.die('signal SIGTERM'), 8);
  expect(new Set(events)).toEqual(new Set(['it was ended (signal SIGTERM); it is started again', 'it is back']));
});

test('one that cannot be started is tried five times, and given up with why', async () => {
  const server = new Told();
  server.restart = async () => {
    server.starts++;
    throw new Error('no');
  };
  await expect(keep(server, () => server.die('exit code 1'), 9)).rejects.toThrow(/^no$/);
  expect(server.starts).toBe(5);
});

test('one that was ended on purpose and cannot be started is given up, too', async () => {
  const server = new Told();
  server.isRestarting = true;
  server.restart = async () => {
    throw new Error('no');
  };
  await expect(keep(server, () => server.die('exit code 0'), 9)).rejects.toThrow(/^no$/);
});
