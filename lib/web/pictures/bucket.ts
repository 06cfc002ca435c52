// The bucket of pictures as a clone sees it: every call bounded in time, every object in size, and none on the disk.
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { unavailable } from '../problem';

export interface BucketOptions {
  name: string;
  /** Where browsers post. @default - where the SDK says that the bucket is */
  url?: string;
  /** How long a call may take, all of its content included. @default 5 seconds */
  callMilliseconds?: number;
  /** How long a picture may take to reach whoever asked for it. @default 30 seconds */
  streamMilliseconds?: number;
}

/** Where a form is sent to, and what stands in it before the file. */
export interface SignedPost {
  url: string;
  fields: Record<string, string>;
}

/** Of an object: larger ones the policy refuses, and nobody here reads. */
export const maxBytes = 1024 * 1024;

/** How long a form may be sent after it was asked for. */
const postSeconds = 10 * 60;

/** An object as it comes in. */
export interface Incoming {
  body: Readable;
  length: number;
  contentType: string | undefined;
}

interface Answered {
  name?: string;
  $metadata?: { httpStatusCode?: number };
}

/** S3 says 403 of what is not there to whoever may not list the bucket, which a clone may not. */
const isAbsent = ({ name, $metadata }: Answered): boolean => name === 'NoSuchKey' || $metadata?.httpStatusCode === 403;

export class Bucket {
  #client: S3Client | undefined;

  constructor(
    private readonly options: BucketOptions,
    /** Told of a 403: it may as well be a right that is missing. */
    private readonly onDenied: (error: unknown) => void,
  ) {}

  /** @param redirect where the browser goes once the bucket has taken the file; a program is answered 204 instead */
  async signPost(key: string, redirect?: string): Promise<SignedPost> {
    const { createPresignedPost } = loadPresignedPost();
    const { url, fields } = await this.#answer(
      createPresignedPost(this.#open(), {
        Bucket: this.options.name,
        Key: key,
        Expires: postSeconds,
        Conditions: [
          ['content-length-range', 1, maxBytes],
          ['starts-with', '$Content-Type', 'image/'],
        ],
        Fields: redirect === undefined ? {} : { success_action_redirect: redirect },
      }),
    );
    // A form without a script cannot know the type of its file. Whatever it says, only the content counts.
    return { url: this.options.url ?? url, fields: { 'Content-Type': 'image/*', ...fields } };
  }

  /** The whole object; undefined when there is none. */
  async read(key: string): Promise<Buffer | undefined> {
    const found = await this.#get(key, this.options.callMilliseconds ?? 5_000);
    if (!found) return undefined;
    return this.#answer(toBuffer(found.body, found.length));
  }

  /** Undefined when there is none. */
  stream(key: string): Promise<Incoming | undefined> {
    return this.#get(key, this.options.streamMilliseconds ?? 30_000);
  }

  async write(key: string, content: Buffer, contentType: string): Promise<void> {
    const { PutObjectCommand } = loadS3();
    const object = { Bucket: this.options.name, Key: key, Body: content, ContentType: contentType };
    await this.#answer(this.#open().send(new PutObjectCommand(object), this.#inTime()));
  }

  async delete(key: string): Promise<void> {
    const { DeleteObjectCommand } = loadS3();
    const object = { Bucket: this.options.name, Key: key };
    await this.#answer(this.#open().send(new DeleteObjectCommand(object), this.#inTime()));
  }

  close(): void {
    this.#client?.destroy();
  }

  async #get(key: string, milliseconds: number): Promise<Incoming | undefined> {
    const { GetObjectCommand } = loadS3();
    try {
      const command = new GetObjectCommand({ Bucket: this.options.name, Key: key });
      const found = await this.#open().send(command, this.#inTime(milliseconds));
      const { ContentLength: length, ContentType: contentType } = found;
      const body = found.Body as Readable;
      if (length !== undefined && length <= maxBytes) return { body, length, contentType };
      body.destroy();
      return undefined;
    } catch (error) {
      if (!isAbsent(error as Answered)) throw unavailable('pictures', error);
      if ((error as Answered).name !== 'NoSuchKey') this.onDenied(error);
      return undefined;
    }
  }

  #inTime(milliseconds = this.options.callMilliseconds ?? 5_000): { abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(milliseconds) };
  }

  async #answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw unavailable('pictures', error);
    }
  }

  #open(): S3Client {
    const { S3Client } = loadS3();
    this.#client ??= new S3Client({ maxAttempts: 2, requestHandler: { connectionTimeout: 1_000 } });
    return this.#client;
  }
}

async function toBuffer(body: Readable, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > length) throw new Error(`More than the ${length} bytes it said came.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Not imported above, and not loaded with the drivers: a clone that shows no picture does without its 20 MB. */
function loadS3() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return require('@aws-sdk/client-s3') as typeof import('@aws-sdk/client-s3');
}

const loadPresignedPost = () => require('@aws-sdk/s3-presigned-post') as typeof import('@aws-sdk/s3-presigned-post');
