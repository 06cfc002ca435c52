// A file that a browser posts by a signed form: the one call of AWS that pages of people make.
import type { IncomingMessage } from 'node:http';
import type { Bucket } from '../../bucket';
import { type S3Answer, S3Error, toXmlAnswer } from './answer';
import { readForm } from './form';
import { type Fields, type FindSecret, verifyPost } from './post-policy';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export async function postObject(request: IncomingMessage, bucket: Bucket, findSecret: FindSecret): Promise<S3Answer> {
  const { fields, file } = await readForm(request, (found) => {
    getKey(found);
    return verifyPost(found, bucket.name, findSecret);
  });
  const key = getKey(fields);
  const { etag } = await bucket.put(key, file, fields.get('content-type') ?? 'binary/octet-stream');
  const location = `http://${request.headers.host}/${bucket.name}/${encodeURIComponent(key)}`;
  const headers = { etag, location };
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const to = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket: bucket.name, key, etag })) to.searchParams.append(name, value);
    return { status: 303, headers: { etag, location: to.href }, content: '' };
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const values = { Location: location, Bucket: bucket.name, Key: key, ETag: etag };
    const answer = toXmlAnswer(201, 'PostResponse', values);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }
  return { status: status === '200' ? 200 : 204, headers, content: '' };
}

function getKey(fields: Fields): string {
  const key = fields.get('key');
  if (!key) throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'.", 400);
  if (!key.includes('${filename}')) return key;
  throw new S3Error('NotImplemented', 'The local twin puts no name of a file into a key.', 501);
}
