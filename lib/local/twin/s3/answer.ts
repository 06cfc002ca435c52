// What S3 answers: headers and content, or an error as XML.
import { randomUUID } from 'node:crypto';
import { AwsError } from '../service';

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly content: Buffer | string;
}

/** An error with what S3 tells besides, e.g. the most it would have taken. */
export class S3Error extends AwsError {
  constructor(
    code: string,
    message: string,
    status: number,
    readonly details: Readonly<Record<string, string | number>> = {},
  ) {
    super(code, message, status);
  }
}

const escapeXml = (text: unknown): string => String(text).replace(/[<>&"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

export const toElements = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('');

export function toXmlAnswer(status: number, root: string, values: Readonly<Record<string, unknown>>): S3Answer {
  const content = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${toElements(values)}</${root}>`;
  return { status, headers: { 'content-type': 'application/xml' }, content };
}

export function toErrorAnswer(error: AwsError): S3Answer {
  const { code: Code, message: Message, status } = error;
  const details = error instanceof S3Error ? error.details : {};
  return toXmlAnswer(status, 'Error', { Code, Message, ...details, RequestId: randomUUID() });
}
