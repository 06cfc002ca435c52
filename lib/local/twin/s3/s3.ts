// S3: the bucket of pictures, for the clones that read and write it, and for browsers that post to it.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Bucket, StoredObject } from '../../bucket';
import { type S3Answer, S3Error } from './answer';
import { postObject } from './post-object';
import type { FindSecret } from './post-policy';

export interface S3Place {
  readonly bucket: Bucket;
  /** Of the clones: these may not list what is there. Anybody else is an operator, who may. */
  readonly findSecret: FindSecret;
}

interface Call extends S3Place {
  readonly request: IncomingMessage;
  readonly key: string;
}

/** What is asked for by path: `/bucket/key`. Named as the actions are. */
const handlers: Readonly<Record<string, (call: Call) => Promise<S3Answer>>> = {
  GET: async (call) => {
    const { bucket, key, request } = call;
    const object = getObject(call);
    const content = await bucket.read(key);
    const range = findRange(request.headers.range, object);
    if (!range) return { status: 200, headers: toHeaders(object), content };
    const [first, last] = range;
    const headers = { ...toHeaders(object), 'content-range': `bytes ${first}-${last}/${object.bytes}` };
    return { status: 206, headers, content: content.subarray(first, last + 1) };
  },
  HEAD: async (call) => {
    const object = getObject(call);
    return { status: 200, headers: { ...toHeaders(object), 'content-length': object.bytes }, content: '' };
  },
  PUT: async ({ bucket, key, request }) => {
    const content = await readObject(request);
    const type = request.headers['content-type'] ?? 'binary/octet-stream';
    return { status: 200, headers: { etag: (await bucket.put(key, content, type)).etag }, content: '' };
  },
  DELETE: async ({ bucket, key }) => {
    await bucket.delete(key);
    return { status: 204, headers: {}, content: '' };
  },
};

/** Whether a browser sends a form: the one call that is signed within. */
export const isForm = ({ method, headers }: IncomingMessage): boolean =>
  method === 'POST' && /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

/** @throws S3Error as S3 refuses, or by name what the twin does not know */
export async function answerS3(request: IncomingMessage, place: S3Place): Promise<S3Answer> {
  const url = new URL(request.url ?? '/', 'http://twin');
  const [, name = '', ...rest] = url.pathname.split('/');
  const key = toKey(rest.join('/'));
  if (name !== '' && name !== place.bucket.name) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
  }
  if (isForm(request) && key === '') return await postObject(request, place.bucket, place.findSecret);
  const handler = handlers[request.method ?? ''];
  // `x-id` says the action's name once more.
  const asked = [...url.searchParams.keys()].filter((parameter) => parameter !== 'x-id');
  if (handler && key !== '' && asked.length === 0) return await handler({ ...place, request, key });
  const what = [request.method, key === '' ? 'of a bucket' : 'of an object', ...asked].join(' ');
  throw new S3Error('NotImplemented', `${what}: the local twin does not answer it.`, 501);
}

function toKey(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: path });
  }
}

const toHeaders = ({ contentType, etag, modifiedAt }: StoredObject) => ({
  'content-type': contentType,
  etag,
  'last-modified': modifiedAt.toUTCString(),
  'accept-ranges': 'bytes',
});

/** Whoever may not list a bucket is not told that something is not there. */
function getObject({ bucket, key, request, findSecret }: Call): StoredObject {
  const object = bucket.find(key);
  if (object) return object;
  const [, accessKeyId = ''] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
  if (findSecret(accessKeyId) !== undefined) throw new S3Error('AccessDenied', 'Access Denied', 403);
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
}

/** First and last byte; undefined where all of it is asked for. */
function findRange(header: string | undefined, { bytes }: StoredObject): [number, number] | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  if (Number(first) < bytes) return [Number(first), Math.min(last ? Number(last) : bytes, bytes - 1)];
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', 416, { ActualObjectSize: bytes });
}

/** More than any picture; a clone writes them whole. */
const maxObjectBytes = 16 * 2 ** 20;

async function readObject(request: IncomingMessage): Promise<Buffer> {
  const sha256 = String(request.headers['x-amz-content-sha256'] ?? '');
  if (sha256.startsWith('STREAMING-')) {
    throw new S3Error('NotImplemented', `${sha256}: the local twin takes objects whole, not in signed chunks.`, 501);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxObjectBytes) chunks.push(chunk);
  }
  if (bytes > maxObjectBytes) throw new S3Error('EntityTooLarge', 'The local twin takes 16 MiB at most.', 400);
  const content = Buffer.concat(chunks);
  const isWhole = !/^[0-9a-f]{64}$/.test(sha256) || createHash('sha256').update(content).digest('hex') === sha256;
  if (isWhole) return content;
  throw new S3Error('XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 does not match the content.', 400);
}
