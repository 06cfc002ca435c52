// The policy of a form that a browser posts: signed by whoever may write, and every condition of it verified as S3 does.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from './answer';

/** Fields of a form by their names in lower case: to S3 their case is all the same. */
export type Fields = ReadonlyMap<string, string>;

/** The secret of an access key; undefined for one that is nobody's. */
export type FindSecret = (accessKeyId: string) => string | undefined;

/** How long the file may be, in bytes. */
export interface Length {
  readonly least: number;
  readonly most: number;
}

/** What S3 takes in one upload. */
const anyLength: Length = { least: 0, most: 5 * 2 ** 30 };

type Condition = readonly [operator: string, name: string | number, value: string | number];

/** What need not be said in the policy: it is what carries the policy. */
const needNoCondition = ['policy', 'x-amz-signature', 'file'];

const denied = (why: string): S3Error => new S3Error('AccessDenied', `Invalid according to Policy: ${why}`, 403);
const malformed = (why: string): S3Error => new S3Error('InvalidPolicyDocument', `Invalid Policy: ${why}`, 400);

/** @throws S3Error unless the form is what was signed, now. @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
export function verifyPost(fields: Fields, bucket: string, findSecret: FindSecret): Length {
  const policy = fields.get('policy');
  if (policy === undefined) throw new S3Error('AccessDenied', 'Access Denied', 403);
  verifySignature(fields, policy, findSecret);
  const { expiration, conditions } = parsePolicy(policy);
  if (expiration.getTime() <= Date.now()) throw denied('Policy expired.');
  let length = anyLength;
  const named = new Set<string>();
  for (const condition of conditions.map(toCondition)) {
    const [operator, name, value] = condition;
    if (operator === 'content-length-range') {
      length = { least: Number(name), most: Number(value) };
      continue;
    }
    const field = String(name).slice(1).toLowerCase();
    named.add(field);
    const got = field === 'bucket' ? bucket : fields.get(field);
    if (!holds(operator, got, String(value))) throw denied(`Policy Condition failed: ${JSON.stringify(condition)}`);
  }
  const extra = [...fields.keys()].filter(
    (name) => !named.has(name) && !needNoCondition.includes(name) && !name.startsWith('x-ignore-'),
  );
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
  return length;
}

function holds(operator: string, got: string | undefined, value: string): boolean {
  if (operator === 'eq') return got === value;
  if (operator === 'starts-with') return got?.startsWith(value) ?? false;
  throw malformed(`Invalid Condition operator: ${operator}`);
}

/** `{"key": "a"}` is short for `["eq", "$key", "a"]`. */
function toCondition(condition: unknown): Condition {
  if (Array.isArray(condition) && condition.length === 3) return condition as unknown as Condition;
  const [pair, ...others] = Object.entries(Object(condition));
  if (Array.isArray(condition) || !pair || others.length > 0) throw malformed('Invalid Simple-Condition.');
  return ['eq', `$${pair[0]}`, String(pair[1])];
}

function parsePolicy(text: string): { expiration: Date; conditions: unknown[] } {
  let policy: { expiration?: unknown; conditions?: unknown };
  try {
    policy = Object(JSON.parse(Buffer.from(text, 'base64').toString()));
  } catch {
    throw malformed('Invalid JSON.');
  }
  const expiration = new Date(String(policy.expiration));
  if (Number.isNaN(expiration.getTime())) throw malformed("Invalid 'expiration' value.");
  if (!Array.isArray(policy.conditions)) throw malformed("Policy missing 'conditions'.");
  return { expiration, conditions: policy.conditions };
}

/** Signature Version 4: of the policy as it was sent, by a key made of secret, day, region and service. */
function verifySignature(fields: Fields, policy: string, findSecret: FindSecret): void {
  const [accessKeyId = '', day = '', region = '', service, end] = (fields.get('x-amz-credential') ?? '').split('/');
  const isScope = service === 's3' && end === 'aws4_request' && fields.get('x-amz-date')?.startsWith(`${day}T`);
  if (fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256' || !isScope) {
    throw new S3Error('InvalidArgument', 'The form must be signed by AWS4-HMAC-SHA256, for s3 and its own day.', 400);
  }
  const secret = findSecret(accessKeyId);
  if (secret === undefined) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403, {
      AWSAccessKeyId: accessKeyId,
    });
  }
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    `AWS4${secret}`,
  );
  const expected = createHmac('sha256', key).update(policy).digest('hex');
  const got = Buffer.from(fields.get('x-amz-signature') ?? '');
  if (got.length === expected.length && timingSafeEqual(got, Buffer.from(expected))) return;
  throw new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  );
}
