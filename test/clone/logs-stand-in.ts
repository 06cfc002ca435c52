// A stand-in for CloudWatch Logs, over HTTP: its JSON protocol, the two calls of a clone, and what AWS refuses of them.
import type { IncomingMessage } from 'node:http';
import { limits } from '../../lib/clone/batch';
import { LogStream } from '../../lib/clone/log-stream';
import { serve } from './beside';

interface InputEvent {
  readonly timestamp: number;
  readonly message: string;
}

interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly message?: string;
}

interface Input {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logEvents?: readonly InputEvent[];
}

export class LogsStandIn {
  /** What it has: name → the events of each call. */
  readonly streams = new Map<string, InputEvent[][]>();
  /** Every call, in order, with what it was refused by. */
  readonly calls: string[] = [];
  /** What the next calls are answered by, instead. */
  readonly next: Refusal[] = [];
  /** What every call is answered by, instead, as long as it stands here. */
  away: Refusal | 'hangs' | undefined;
  /** Said with every batch. */
  rejected: Record<string, number> | undefined;
  url = '';

  async start(): Promise<this> {
    this.url = await serve(async (request, response) => {
      const action = String(request.headers['x-amz-target']).replace('Logs_20140328.', '');
      const input = JSON.parse(await readBody(request)) as Input;
      const told = this.away ?? this.next.shift();
      if (told === 'hangs') return void this.calls.push(`${action} hangs`);
      const refusal = told ?? this.#findRefusal(action, input);
      this.calls.push(refusal ? `${action} ${refusal.name}` : action);
      const body = refusal
        ? { __type: refusal.name, message: refusal.message ?? refusal.name }
        : { rejectedLogEventsInfo: this.rejected };
      response.writeHead(refusal?.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
    return this;
  }

  /** The SDK of the clone i-1. */
  connect(): LogStream {
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const client = { endpoint: this.url, region: 'eu-central-1', credentials };
    return new LogStream({ group: '/fleet', stream: 'i-1', client });
  }

  /** All that it has of i-1. */
  get messages(): string[] {
    return (this.streams.get('i-1') ?? []).flat().map(({ message }) => message);
  }

  #findRefusal(action: string, { logGroupName, logStreamName, logEvents = [] }: Input): Refusal | undefined {
    if (logGroupName !== '/fleet') return { status: 400, name: 'ResourceNotFoundException' };
    const stream = this.streams.get(logStreamName);
    if (action === 'CreateLogStream') {
      if (stream) return { status: 400, name: 'ResourceAlreadyExistsException' };
      this.streams.set(logStreamName, []);
      return undefined;
    }
    if (!stream) return { status: 400, name: 'ResourceNotFoundException' };
    if (!isBatch(logEvents)) return { status: 400, name: 'InvalidParameterException' };
    stream.push([...logEvents]);
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const isBatch = (events: readonly InputEvent[]): boolean => {
  const times = events.map(({ timestamp }) => timestamp);
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + limits.overheadBytes, 0);
  return (
    events.length > 0 &&
    events.length <= limits.batchEvents &&
    bytes <= limits.batchBytes &&
    times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)) &&
    (times.at(-1) ?? 0) - (times[0] ?? 0) <= limits.spanMs
  );
};
