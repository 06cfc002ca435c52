// The twin: AWS's own API over the processes of this fleet, on one loopback port.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv4 } from 'node:net';
import type { Fleet } from '../fleet';
import { autoScaling } from './auto-scaling';
import { cloudFormation } from './cloud-formation';
import { cloudWatch } from './cloud-watch';
import { ec2 } from './ec2';
import { elastiCache } from './elasti-cache';
import { elb } from './elb';
import { readJson, writeJson, writeJsonError } from './json';
import { readQuery, writeQuery, writeQueryError } from './query';
import { rds } from './rds';
import { type ActionSchema, findActionSchema } from './schema';
import { secretsManager } from './secrets-manager';
import { AwsError, type Handler, type Service } from './service';
import { sts } from './sts';

const services: readonly Service[] = [
  elb,
  autoScaling,
  ec2,
  elastiCache,
  rds,
  secretsManager,
  sts,
  cloudFormation,
  cloudWatch,
];

const maxBodyBytes = 1 << 20;

export class Twin {
  private constructor(private readonly server: Server) {}

  static async start(fleet: Fleet): Promise<Twin> {
    const server = createServer((request, response) => {
      answer(request, fleet).then(
        ({ status, type, body }) => send(response, status, type, body),
        (error) => {
          fleet.emit('event', `twin: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
          send(
            response,
            500,
            'text/xml',
            writeQueryError(new AwsError('InternalFailure', 'See the log.', 500), 'query'),
          );
        },
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Twin(server);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(request: IncomingMessage, fleet: Fleet): Promise<Answer> {
  const body = await readBody(request);
  const target = String(request.headers['x-amz-target'] ?? '');
  const form = new URLSearchParams(target ? '' : body);
  const action = (target ? target.split('.').at(-1) : form.get('Action')) ?? '';
  const name = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1];
  const service = services.find(({ signingName }) => signingName === name);
  const protocol = service?.protocol ?? (target ? 'json' : 'query');
  try {
    verifyCaller(request);
    const { schema, handler } = getAction(service, action, name ?? '');
    const input = protocol === 'json' ? await readJson(body, schema) : readQuery(form, schema, protocol);
    const output = ((await handler(input as never, fleet)) ?? {}) as object;
    return protocol === 'json'
      ? { status: 200, type: String(request.headers['content-type']), body: writeJson(output, schema) }
      : { status: 200, type: 'text/xml', body: writeQuery(action, output, schema, service?.namespace ?? '', protocol) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    fleet.emit('event', `twin: ${name ?? 'unsigned call'} ${action} refused: ${error.code}`);
    return protocol === 'json'
      ? { status: error.status, type: 'application/x-amz-json-1.1', body: writeJsonError(error) }
      : { status: error.status, type: 'text/xml', body: writeQueryError(error, protocol) };
  }
}

/** Any credentials do, but a page in a browser must not drive the fleet: it cannot sign, and it says where it is from. */
function verifyCaller(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  // A name may be made to mean this machine by whoever owns it; an address cannot. A machine of the fleet knows one of its own.
  if ((host !== 'localhost' && !isIPv4(host)) || request.headers.origin !== undefined) {
    throw new AwsError('AccessDenied', 'This endpoint answers programs on its own machine only.', 403);
  }
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? '')) {
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
}

function getAction(
  service: Service | undefined,
  action: string,
  name: string,
): { schema: ActionSchema; handler: Handler } {
  const handler = service && Object.hasOwn(service.actions, action) ? service.actions[action] : undefined;
  const schema = service && findActionSchema(service.schemas, action);
  if (handler && schema) return { schema, handler };
  const code = service?.protocol === 'json' ? 'UnknownOperationException' : 'InvalidAction';
  throw new AwsError(
    code,
    `Could not find operation ${action || '(none)'} of ${name || 'an unnamed service'}: the local twin does not answer it.`,
  );
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
