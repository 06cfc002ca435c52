// A bucket as a fleet on this machine has it, on loopback by itself: the same answers, without a fleet around them.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bucket } from '../../lib/local/bucket';
import { type S3Answer, toErrorAnswer } from '../../lib/local/twin/s3/answer';
import { answerS3 } from '../../lib/local/twin/s3/s3';
import { AwsError } from '../../lib/local/twin/service';

export interface RealBucket {
  /** Of the endpoint, as the SDK is told it. */
  url: string;
  /** For looking at what is really there. */
  bucket: Bucket;
  /** How each call ended: `PUT 200`. */
  calls: string[];
  /** Does nothing from now on, and says 503 as S3 does when it asks for less. */
  fail(): void;
  recover(): void;
  stop(): Promise<void>;
}

/** The access key of a clone, which is its secret as well. */
export const cloneKey = 'test';

export async function startBucket(name = 'pictures-of-tests'): Promise<RealBucket> {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-bucket-'));
  const bucket = new Bucket(name, join(folder, 'objects'));
  const calls: string[] = [];
  let isFailing = false;
  const findSecret = (id: string): string | undefined => (id === cloneKey ? id : undefined);
  const busy = new AwsError('SlowDown', 'Reduce your request rate.', 503);
  const server = createServer(async (request, response) => {
    const answered = isFailing ? Promise.reject(busy) : answerS3(request, { bucket, findSecret });
    const { status, headers, content } = await answered.catch((error): S3Answer => {
      if (error instanceof AwsError) return toErrorAnswer(error);
      throw error;
    });
    calls.push(`${request.method} ${status}`);
    response.writeHead(status, { 'content-length': Buffer.byteLength(content), ...headers }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    calls,
    fail: () => {
      isFailing = true;
    },
    recover: () => {
      isFailing = false;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where a form goes, and what is hidden in it. */
export interface SignedForm {
  url: string;
  fields: Readonly<Record<string, string>>;
}

/** Sends a form as a browser does: what is hidden in it first, then the file. */
export function postForm(
  { url, fields }: SignedForm,
  file: Buffer | string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changes }))
    if (value !== undefined) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(Buffer.from(file as string))]), 'picture');
  return fetch(url, { method: 'POST', body: form, redirect: 'manual', headers: { origin: 'null' } });
}
