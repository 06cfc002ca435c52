// EC2's metadata service (IMDSv2) for one machine of this fleet: who it is, what it was launched with, whether it must go.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A leaf is text; a branch is listed by its names; what is undefined is not there. */
export interface Branch {
  readonly [name: string]: Leaf | Branch;
}
type Leaf = string | undefined;

export interface MachineFacts {
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly region: string;
  /** Of its one network interface. */
  readonly mac: string;
  readonly address: string;
  /** Asked for at each request. */
  readonly getTargetState: () => string;
  /** A notice that EC2 takes the machine back, as JSON; undefined while there is none. */
  readonly findSpotAction?: () => string | undefined;
  readonly userData: string;
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html */
const toTree = (facts: MachineFacts): Branch => ({
  'meta-data': {
    'ami-id': facts.imageId,
    autoscaling: { 'target-lifecycle-state': facts.getTargetState() },
    hostname: facts.instanceId,
    iam: { 'security-credentials': { clone: toCredentials(facts) } },
    'instance-id': facts.instanceId,
    'instance-type': facts.instanceType,
    'local-hostname': facts.instanceId,
    'local-ipv4': facts.address,
    mac: facts.mac,
    network: {
      interfaces: {
        macs: {
          [facts.mac]: {
            'device-number': '0',
            'local-ipv4s': facts.address,
            mac: facts.mac,
          },
        },
      },
    },
    placement: { 'availability-zone': facts.zone, region: facts.region },
    spot: { 'instance-action': facts.findSpotAction?.() },
  },
  dynamic: {
    'instance-identity': {
      document: JSON.stringify({
        availabilityZone: facts.zone,
        imageId: facts.imageId,
        instanceId: facts.instanceId,
        instanceType: facts.instanceType,
        region: facts.region,
      }),
    },
  },
  'user-data': facts.userData,
});

/** The twin takes any credentials; these say who asks. They are for as long as a machine lives. */
const toCredentials = ({ instanceId }: MachineFacts): string =>
  JSON.stringify({
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: instanceId,
    SecretAccessKey: instanceId,
    Token: instanceId,
    LastUpdated: '2020-01-01T00:00:00Z',
    Expiration: '2099-01-01T00:00:00Z',
  });

const tokenHeader = 'x-aws-ec2-metadata-token';
const ttlHeader = `${tokenHeader}-ttl-seconds`;

export class MetadataService {
  readonly #tokens = new Set<string>();

  private constructor(
    private readonly server: Server,
    private readonly facts: MachineFacts,
  ) {}

  static async start(facts: MachineFacts): Promise<MetadataService> {
    const server = createServer((request, response) => service.#answer(request, response));
    const service = new MetadataService(server, facts);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '/' } = request;
    // Whoever relays connections sees the end of an answer by the end of its connection.
    response.setHeader('connection', 'close').setHeader('content-type', 'text/plain');
    // A proxy that was tricked into asking says so.
    if (request.headers['x-forwarded-for']) response.writeHead(403).end();
    else if (method === 'PUT' && url === '/latest/api/token') this.#giveToken(request, response);
    else if (method !== 'GET') response.writeHead(405).end();
    else if (!this.#tokens.has(String(request.headers[tokenHeader]))) response.writeHead(401).end();
    else {
      const found = find(toTree(this.facts), url);
      if (found === undefined) response.writeHead(404).end();
      else response.end(found);
    }
  }

  #giveToken(request: IncomingMessage, response: ServerResponse): void {
    const seconds = Number(request.headers[ttlHeader]);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 21_600) return void response.writeHead(400).end();
    const token = randomBytes(32).toString('base64');
    this.#tokens.add(token);
    response.setHeader(ttlHeader, String(seconds)).end(token);
  }
}

/** Below any version, as `/latest` or `/2021-03-23`. */
function find(tree: Branch, url: string): string | undefined {
  const [, , ...names] = url.split('/');
  let at: Leaf | Branch = tree;
  for (const name of names.filter(Boolean)) {
    if (typeof at !== 'object' || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return typeof at === 'object' ? toList(at) : at;
}

/** A branch within a branch is listed with a slash; but a document's name has none, nor has a role's. */
const toList = (branch: Branch): string | undefined => {
  const names = Object.entries(branch)
    .filter(([, value]) => value !== undefined && (typeof value === 'string' || toList(value) !== undefined))
    .map(([name, value]) => (typeof value === 'object' ? `${name}/` : name));
  return names.length > 0 ? names.join('\n') : undefined;
};
