// A form as a browser sends it: fields, then one file, of which no more is kept than may be stored.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { S3Error } from './answer';
import type { Fields, Length } from './post-policy';

export interface PostedForm {
  readonly fields: Fields;
  readonly file: Buffer;
}

/** S3 allows 20 KB for everything but the file. */
const maxFieldBytes = 20 * 1024;

/**
 * Reads the form to its end, so that the browser hears the answer, whatever it is.
 * @param verify called with the fields once the file begins; says how long it may be, or throws
 * @throws S3Error also when the file is shorter or longer than that
 */
export async function readForm(request: IncomingMessage, verify: (fields: Fields) => Length): Promise<PostedForm> {
  const fields = new Map<string, string>();
  let file: Promise<Buffer> | undefined;
  await new Promise<void>((resolve, reject) => {
    const parser = openParser(request);
    parser.on('field', (name, value) => {
      // What stands behind the file does not count.
      if (!file) fields.set(name.toLowerCase(), value);
    });
    parser.on('file', (name, stream) => {
      // The parser fails as well, and is heard.
      stream.on('error', () => undefined);
      if (name !== 'file' || file) return void stream.resume();
      file = readFile(stream, () => verify(fields));
      file.catch(() => undefined);
    });
    parser.on('close', resolve);
    parser.on('error', () =>
      reject(new S3Error('MalformedPOSTRequest', 'The body is not well-formed multipart/form-data.', 400)),
    );
    request.on('error', reject).pipe(parser);
  });
  if (!file) throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', 400);
  return { fields, file: await file };
}

function openParser(request: IncomingMessage) {
  try {
    return busboy({ headers: request.headers, limits: { fieldSize: maxFieldBytes, fields: 100, files: 1 } });
  } catch {
    throw new S3Error('MalformedPOSTRequest', 'The body is not well-formed multipart/form-data.', 400);
  }
}

async function readFile(stream: Readable, verify: () => Length): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  try {
    const { least, most } = verify();
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= most) kept.push(chunk);
    }
    const sizes = { ProposedSize: bytes, MinSizeAllowed: least, MaxSizeAllowed: most };
    if (bytes > most) {
      throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, sizes);
    }
    if (bytes < least) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, sizes);
    }
    return Buffer.concat(kept);
  } finally {
    stream.resume();
  }
}
