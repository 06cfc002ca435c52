// One connection to a memcached server that comes back by itself: commands fail at once while there is none, and in time.
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../../env';
import { type Reply, ReplyReader } from './replies';

export interface ConnectionOptions {
  endpoint: Endpoint;
  /** The server must have a certificate for the endpoint's name. */
  tls: boolean;
  /** Longest wait for a reply. */
  timeoutMilliseconds: number;
  /** Milliseconds until the next attempt to connect. */
  toRetryDelay: (attempt: number) => number;
  onError: (error: Error) => void;
}

/** Replies come in the order of the commands; who has given up waiting is still in line. */
interface Waiting {
  settle: (reply: Reply | Error) => void;
}

const connectTimeoutMilliseconds = 1_000;

/** How often a connection must prove that something comes back on it, as that of a cache that speaks Redis must. */
const askMilliseconds = 5_000;

export class Connection {
  #socket: Socket | undefined;
  #isReady = false;
  #isClosed = false;
  #waiting: Waiting[] = [];
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #isCorked = false;

  constructor(private readonly options: ConnectionOptions) {}

  /** Settles after the first attempt, however it ends; further ones follow by themselves. */
  connect(): Promise<void> {
    return new Promise((resolve) => this.#connect(resolve));
  }

  /** @param command without the end of its line @param text what it announces */
  send(command: string, text?: Buffer): Promise<Reply> {
    const socket = this.#socket;
    if (!socket || !this.#isReady) return Promise.reject(new Error('There is no connection to the memcached server.'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`The memcached server did not answer within ${this.options.timeoutMilliseconds} ms.`));
      }, this.options.timeoutMilliseconds);
      this.#waiting.push({
        settle: (reply) => {
          clearTimeout(timer);
          if (reply instanceof Error) reject(reply);
          else if (reply.status.endsWith('ERROR')) reject(new Error(`${reply.status} ${reply.flags.join(' ')}`));
          else resolve(reply);
        },
      });
      this.#cork(socket);
      socket.write(`${command}\r\n`, 'latin1');
      if (!text) return;
      socket.write(text);
      socket.write('\r\n', 'latin1');
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(onAttempted: () => void): void {
    const { endpoint, tls, onError } = this.options;
    // The host is verified in any case; only a name can be told to the server.
    const servername = isIP(endpoint.host) ? undefined : endpoint.host;
    const socket = tls ? connectTls({ ...endpoint, servername }) : connectPlain(endpoint);
    this.#socket = socket;
    const reader = new ReplyReader();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    const limit = setTimeout(() => socket.destroy(new Error('connect ETIMEDOUT')), connectTimeoutMilliseconds);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(limit);
      this.#isReady = true;
      this.#attempt = 0;
      onAttempted();
    });
    socket.on('data', (bytes: Buffer) => {
      for (const reply of reader.read(bytes)) this.#waiting.shift()?.settle(reply);
    });
    socket.on('error', onError);
    const asking = setInterval(() => this.#leaveSilence(socket), askMilliseconds).unref();
    socket.once('close', () => {
      clearTimeout(limit);
      clearInterval(asking);
      this.#isReady = false;
      // Whether they were executed nobody knows: none is sent again.
      for (const { settle } of this.#waiting.splice(0))
        settle(new Error('The connection to the memcached server was lost.'));
      onAttempted();
      if (this.#isClosed) return;
      this.#attempt += 1;
      const delay = this.options.toRetryDelay(this.#attempt);
      this.#retry = setTimeout(() => this.#connect(() => undefined), delay).unref();
    });
  }

  /** A server that vanishes closes nothing. */
  #leaveSilence(socket: Socket): void {
    if (this.#isReady && socket === this.#socket) this.send('mn').catch(() => socket.destroy());
  }

  /** What is sent at the same time leaves in one piece. */
  #cork(socket: Socket): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      socket.uncork();
    });
  }
}
