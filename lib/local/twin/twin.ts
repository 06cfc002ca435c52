// The twin: AWS's own API over the processes of this fleet, on one loopback port.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fleet } from '../fleet';
import { autoScaling } from './auto-scaling';
import { cloudFormation } from './cloud-formation';
import { cloudWatch } from './cloud-watch';
import { ec2 } from './ec2';
import { elastiCache } from './elasti-cache';
import { elb } from './elb';
import { verifyPlace, verifyProgram, verifyVersion } from './guard';
import { readJson, writeJson, writeJsonError } from './json';
import { logs } from './logs';
import { WrongToken } from './page';
import { readQuery, writeQuery, writeQueryError } from './query';
import { rds } from './rds';
import { toErrorAnswer } from './s3/answer';
import { answerS3, isForm } from './s3/s3';
import { type ActionSchema, findActionSchema } from './schema';
import { secretsManager } from './secrets-manager';
import { AwsError, type Handler, type Service } from './service';
import { ssm } from './ssm';
import { sts } from './sts';

export const services: readonly Service[] = [
  elb,
  autoScaling,
  ec2,
  elastiCache,
  rds,
  secretsManager,
  sts,
  cloudFormation,
  cloudWatch,
  logs,
  ssm,
];

const maxBodyBytes = 1 << 20;

export class Twin {
  private constructor(private readonly server: Server) {}

  static async start(fleet: Fleet): Promise<Twin> {
    const server = createServer((request, response) => {
      answer(request, fleet).then(
        (answered) => send(response, answered),
        (error) => {
          fleet.emit('event', `twin: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
          const failure = new AwsError('InternalFailure', 'See the log.', 500);
          send(response, toText(500, 'text/xml', writeQueryError(failure, 'query')));
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
  readonly headers: Readonly<Record<string, string | number>>;
  readonly content: Buffer | string;
}

const toText = (status: number, type: string, content: string): Answer => ({
  status,
  headers: { 'content-type': type },
  content,
});

function answer(request: IncomingMessage, fleet: Fleet): Promise<Answer> {
  const [, name = ''] =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
  return name === 's3' || isForm(request) ? answerObjects(request, fleet) : answerAction(request, fleet, name);
}

async function answerObjects(request: IncomingMessage, fleet: Fleet): Promise<Answer> {
  try {
    verifyPlace(request);
    // A browser signs nothing but the form itself.
    if (!isForm(request)) verifyProgram(request);
    const { bucket, group } = fleet;
    // A clone's secret is its id; as on AWS, what it has signed is good for as long as it says, whatever became of it.
    return await answerS3(request, { bucket, findSecret: (id) => (group.hasLaunched(id) ? id : undefined) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    fleet.emit('event', `twin: s3 ${request.method} refused: ${error.code}`);
    return toErrorAnswer(error);
  }
}

async function answerAction(request: IncomingMessage, fleet: Fleet, name: string): Promise<Answer> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const service = services.find(({ signingName }) => signingName === name);
  const protocol = service?.protocol ?? (target ? 'json' : 'query');
  let action = target.split('.').at(-1) ?? '';
  try {
    verifyPlace(request);
    verifyProgram(request);
    const body = await readBody(request);
    const form = new URLSearchParams(target ? '' : body);
    if (!target) action = form.get('Action') ?? '';
    if (service) verifyVersion(service, protocol === 'json' ? target : form.get('Version'), action);
    const { schema, handler } = getAction(service, action, name);
    const input = protocol === 'json' ? await readJson(body, schema) : readQuery(form, schema, protocol);
    const accessKey = toAccessKey(request);
    fleet.emit('call', `${name}:${action}`, accessKey);
    const output = ((await handler(input as never, fleet, { accessKey })) ?? {}) as object;
    return protocol === 'json'
      ? toText(200, String(request.headers['content-type']), writeJson(output, schema))
      : toText(200, 'text/xml', writeQuery(action, output, schema, service?.namespace ?? '', protocol));
  } catch (thrown) {
    const error =
      service && thrown instanceof WrongToken ? new AwsError(service.wrongTokenCode, thrown.message) : thrown;
    if (!(error instanceof AwsError)) throw error;
    fleet.emit('event', `twin: ${name || 'unsigned call'} ${action} refused: ${error.code}`);
    return protocol === 'json'
      ? toText(error.status, 'application/x-amz-json-1.1', writeJsonError(error))
      : toText(error.status, 'text/xml', writeQueryError(error, protocol));
  }
}

const toAccessKey = ({ headers }: IncomingMessage): string =>
  /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';

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
    if (length <= maxBodyBytes) chunks.push(chunk);
  }
  // Read to its end, and not kept: whoever still sends does not listen, and would not hear what was wrong.
  if (length > maxBodyBytes) throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, headers, content }: Answer): void {
  // Without content of its own an answer may say how long another would be.
  const length = { 'content-length': Buffer.byteLength(content) };
  response.writeHead(status, { ...length, ...headers, 'x-amzn-requestid': randomUUID() });
  response.end(content);
}
