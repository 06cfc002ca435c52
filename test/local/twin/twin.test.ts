// Calls that AWS would refuse before it looks at what is asked: with its codes, in the words of each protocol.
import { request } from 'node:http';
import { closeAll, startGroup } from '../../clone/beside';

let endpoint: string;
beforeAll(async () => {
  endpoint = (await startGroup()).endpoint;
});
afterAll(closeAll);

const services = {
  query: { name: 'autoscaling', version: '2011-01-01', action: 'DescribeAutoScalingGroups' },
  ec2: { name: 'ec2', version: '2016-11-15', action: 'DescribeInstances' },
  json: { name: 'secretsmanager', version: 'secretsmanager', action: 'GetSecretValue' },
} as const;

type Protocol = keyof typeof services;

interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly action?: string;
  /** Of a form: more parameters; of JSON: the whole body. */
  readonly body?: string;
  readonly isSigned?: boolean;
}

interface Refused {
  readonly status: number;
  readonly code: string;
}

/** `fetch` would not send another Host. */
function call(protocol: Protocol, { headers = {}, isSigned = true, ...asked }: Call): Promise<Refused> {
  const { name, version, action } = { ...services[protocol], ...asked };
  const scope = `Credential=any/20260101/eu-central-1/${name}/aws4_request`;
  const isJson = protocol === 'json';
  const options = {
    method: 'POST',
    headers: {
      ...(isSigned && { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` }),
      ...(isJson && { 'x-amz-target': `${version}.${action}`, 'content-type': 'application/x-amz-json-1.1' }),
      ...headers,
    },
  };
  const form = new URLSearchParams({ ...(action && { Action: action }), ...(version && { Version: version }) });
  const body = isJson ? (asked.body ?? '{}') : `${form}&${asked.body ?? ''}`;
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, options, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      const code = isJson ? JSON.parse(text).__type : /<Code>(.*?)<\/Code>/.exec(text)?.[1];
      resolve({ status: answer.statusCode ?? 0, code });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe.each<Protocol>(['query', 'ec2', 'json'])('over %s', (protocol) => {
  test.each<[string, Call, number, string]>([
    ['an unsigned call', { isSigned: false }, 403, 'MissingAuthenticationToken'],
    ['a call from a page of another origin', { headers: { origin: 'https://example.com' } }, 403, 'AccessDenied'],
    ['a call to this machine by another name', { headers: { host: 'example.com' } }, 403, 'AccessDenied'],
    ['a body that is too large', { body: `a=${'x'.repeat(3 << 20)}` }, 413, 'RequestEntityTooLarge'],
    [
      'an action that nobody knows',
      { action: 'DescribeNothing' },
      400,
      protocol === 'json' ? 'UnknownOperationException' : 'InvalidAction',
    ],
    [
      'an action that only objects of the language have',
      { action: 'constructor' },
      400,
      protocol === 'json' ? 'UnknownOperationException' : 'InvalidAction',
    ],
    [
      'another version',
      { version: '2001-01-01' },
      400,
      { query: 'InvalidAction', ec2: 'NoSuchVersion', json: 'UnknownOperationException' }[protocol],
    ],
  ])('%s is refused', async (_, asked, status, code) => {
    expect(await call(protocol, asked)).toEqual({ status, code });
  });
});

test.each<[string, Protocol, Call, string]>([
  ['no action', 'query', { action: '' }, 'MissingAction'],
  ['no version', 'ec2', { version: '' }, 'MissingParameter'],
  ['a number that is none', 'query', { body: 'MaxRecords=ten' }, 'MalformedInput'],
  ['a yes or no that is neither', 'ec2', { body: 'DryRun=perhaps' }, 'MalformedInput'],
  ['a body that is no JSON', 'json', { body: '{' }, 'SerializationException'],
  ['a body that is a list', 'json', { body: '[]' }, 'SerializationException'],
  ['a body that is null', 'json', { body: 'null' }, 'SerializationException'],
  ['a number for a text', 'json', { body: '{"SecretId":7}' }, 'SerializationException'],
  ['a text for a list', 'json', { action: 'ListSecrets', body: '{"Filters":"all"}' }, 'SerializationException'],
  [
    'a text for a structure in a list',
    'json',
    { action: 'ListSecrets', body: '{"Filters":["all"]}' },
    'SerializationException',
  ],
])('a broken request is refused: %s', async (_, protocol, asked, code) => {
  expect(await call(protocol, asked)).toEqual({ status: 400, code });
});
