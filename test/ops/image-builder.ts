// A stand-in for EC2 Image Builder and Systems Manager: answers as they do, over the wire, what a test has written down.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is answered to one call. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  /** Name of the exception, as AWS puts it in the header `x-amzn-errortype`. */
  readonly error?: string;
  readonly body?: object;
  /** In place of `body`: XML, as CloudFormation answers. */
  readonly text?: string;
}

/** Answers by operation, in their order; the last is given to every further call. */
export type Script = Readonly<Record<string, readonly Answer[]>>;

export class StandIn {
  /** Every call: its operation and what was sent. */
  readonly calls: { readonly operation: string; readonly input: unknown }[] = [];
  readonly #server: Server;

  private constructor(script: Script) {
    this.#server = createServer(async (request, response) => {
      const operation = toOperation(request);
      const before = this.calls.filter((call) => call.operation === operation).length;
      this.calls.push({ operation, input: await readInput(request) });
      const answers = script[operation] ?? [{ status: 400, error: 'UnknownOperationException' }];
      const { error, body, text, status = error ? 400 : 200 } = answers[Math.min(before, answers.length - 1)] as Answer;
      response.writeHead(status, {
        'content-type': text === undefined ? 'application/json' : 'text/xml',
        ...(error ? { 'x-amzn-errortype': error } : {}),
      });
      response.end(
        text ?? JSON.stringify(error ? { __type: error, message: `${operation} says no`, ...body } : (body ?? {})),
      );
    });
  }

  static async start(script: Script): Promise<StandIn> {
    const standIn = new StandIn(script);
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Image Builder is asked by path, Systems Manager by header, CloudFormation by form. */
const toOperation = ({ url = '', headers }: IncomingMessage): string => {
  const target = String(headers['x-amz-target'] ?? '').split('.')[1];
  const path = new URL(url, 'http://localhost').pathname.slice(1);
  return target ?? (path === '' ? 'DescribeStacks' : path);
};

async function readInput(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
