// One HTTP question and its answer, with a time limit: to the app beside, and to the machine's metadata.
import { type OutgoingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  /** The first of it; nobody here asks for more. */
  readonly body: string;
}

export interface AskOptions {
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
  /** @default 'GET' */
  readonly method?: 'GET' | 'PUT';
  readonly headers?: OutgoingHttpHeaders;
}

/** Whoever was asked takes connections and says nothing. */
export class NoAnswer extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

const maxBodyBytes = 4096;

/** Rejects with `NoAnswer` when the time is over, and with Node's own error when there is nobody to ask. */
export function ask(url: string, { timeoutMs, method = 'GET', headers }: AskOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept would hold up an app that drains.
    const sent = request(url, { method, headers, agent: false });
    const timer = setTimeout(() => sent.destroy(new NoAnswer(timeoutMs)), timeoutMs);
    sent.once('error', reject);
    sent.once('close', () => clearTimeout(timer));
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        if (length < maxBodyBytes) chunks.push(chunk);
        length += chunk.length;
      });
      response.once('error', reject);
      response.once('end', () => {
        const body = Buffer.concat(chunks).toString('utf8', 0, maxBodyBytes);
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    sent.end();
  });
}
