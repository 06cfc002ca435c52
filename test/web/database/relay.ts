// Stands between the app and a server: lets through, leads new connections elsewhere, falls silent, or cuts.
import { connect, createServer, type Server, type Socket } from 'node:net';

type Mode = 'open' | 'silent' | 'refusing';

export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; target: Socket }>();
  #mode: Mode = 'open';
  #losesAnswers = false;
  /** How many connections it has accepted. */
  accepted = 0;

  private constructor(private targetPort: number) {
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(targetPort: number): Promise<Relay> {
    const relay = new Relay(targetPort);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** New connections only, as when a name gets another address. */
  leadTo(port: number): void {
    this.targetPort = port;
  }

  /** Open connections stay so, and nothing comes back on them or on new ones. */
  fallSilent(): void {
    this.#mode = 'silent';
    for (const { client, target } of this.#pairs) {
      client.pause();
      target.pause();
    }
  }

  /** Cuts what is open, and accepts nothing. */
  refuse(): void {
    this.#mode = 'refusing';
    this.#cut();
  }

  /** New connections are let through again. */
  open(): void {
    this.#mode = 'open';
    this.#losesAnswers = false;
    this.#cut();
  }

  /** The server gets what it is asked; its next answer is lost, and the connection with it. */
  loseAnswers(): void {
    this.#losesAnswers = true;
  }

  async stop(): Promise<void> {
    this.#cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #cut(): void {
    for (const { client, target } of this.#pairs) {
      client.destroy();
      target.destroy();
    }
    this.#pairs.clear();
  }

  #accept(client: Socket): void {
    this.accepted++;
    client.on('error', () => undefined);
    if (this.#mode === 'refusing') {
      client.resetAndDestroy();
      return;
    }
    const target = connect(this.targetPort, '127.0.0.1');
    const pair = { client, target };
    this.#pairs.add(pair);
    const end = (): void => {
      client.destroy();
      target.destroy();
      this.#pairs.delete(pair);
    };
    target.on('error', end).on('close', end);
    client.on('close', end);
    client.on('data', (data) => target.write(data));
    target.on('data', (data) => {
      if (this.#losesAnswers) end();
      else client.write(data);
    });
    if (this.#mode === 'silent') {
      client.pause();
      target.pause();
    }
  }
}
