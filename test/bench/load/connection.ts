// One connection that is asked one thing at a time.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader';

export class Connection {
  readonly #reader: AnswerReader;
  #answered: (() => void) | undefined;
  #failed: ((error: unknown) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    body: Buffer,
  ) {
    this.#reader = new AnswerReader(body);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.once('error', (error) => this.#failed?.(error));
    socket.once('close', () => this.#failed?.(new Error('The server closed a connection.')));
  }

  /** @param body that every answer must hold */
  static async open(port: number, body: Buffer): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, body);
  }

  /** Settles with the last byte of the answer. */
  send(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      if (this.#reader.read(chunk)) this.#answered?.();
    } catch (error) {
      this.#failed?.(error);
    }
  }
}
